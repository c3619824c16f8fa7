import { evmKey } from '../../../address/key.ts'
import type { Transfer } from '../../../screening/types.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { IsOwn } from './is-own.ts'

/**
 * The native value that a successful transaction moved at its top level between the exchange and a foreign address,
 * or `null`. A new contract's address stands in the receipt. Zero counts only with empty input: a token call of an
 * own address is no withdrawal of zero.
 */
export function nativeTransfer(
  tx: RpcTransaction,
  receipt: RpcReceipt,
  isOwn: IsOwn,
  symbol: string,
): Transfer | null {
  const { from } = tx
  const to = tx.to ?? receipt.contractAddress
  if (to === null || to === undefined || isOwn(from) === isOwn(to)) return null
  const amount = BigInt(tx.value)
  if (amount === 0n && tx.input.length > 2) return null
  const deposit = isOwn(to)
  return {
    id: 'value',
    direction: deposit ? 'deposit' : 'withdrawal',
    asset: 'native',
    symbol,
    amount,
    own: evmKey(deposit ? to : from),
    parties: [deposit ? { key: evmKey(from), role: 'source' } : { key: evmKey(to), role: 'destination' }],
    tags: amount === 0n ? ['zero-value'] : [],
  }
}
