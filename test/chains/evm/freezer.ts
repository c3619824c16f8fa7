import { initCodeOf } from './token.ts'

/**
 * A contract that freezes like an issuer's, for anybody who asks. Its code, by hand:
 *
 *     if calldatasize == 36: return sload(calldataload(4))     // isBlackListed(account), isBlacklisted(account)
 *     sstore(calldataload(32), calldataload(64))
 *     if calldatasize == 128: log2(0, 0, calldataload(0), calldataload(32))
 *     else: mstore(0, calldataload(32)); log1(0, 32, calldataload(0))
 */
export const freezerInitCode = initCodeOf(
  [
    '366024146031' + '57',
    '604035602035' + '55',
    '366080146024' + '57',
    '602035600052' + '60003560206000a100',
    '5b6020356000356000' + '6000a200',
    '5b60043554600052' + '60206000f3',
  ].join(''),
)

/** Calldata for the freezer: writes one event of this topic. @param account an address, or any word. */
export function freezeCall(topic: string, account: string, frozen: boolean, indexed: boolean): `0x${string}` {
  const word = (value: string) => value.replace(/^0x/, '').toLowerCase().padStart(64, '0')
  return `0x${[topic, account, frozen ? '1' : '0', ...(indexed ? ['0'] : [])].map(word).join('')}`
}
