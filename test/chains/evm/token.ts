import { transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import type { RpcLog } from '../../../src/chains/evm/types.ts'

/**
 * A contract that keeps no balances, and writes `Transfer(from, to, value)` for calldata of these three words. Its
 * code, by hand:
 *
 *     mstore(0, calldataload(64))
 *     log3(0, 32, transferTopic, calldataload(0), calldataload(32))
 *     stop
 */
const runtime = `604035600052602035600035${`7f${transferTopic.slice(2)}`}60206000a300`

/** What to send as `data` of a transaction without `to`. */
export const emitterInitCode = initCodeOf(runtime)

/** A contract that writes what `transfer(to, value)` of an ERC-20 writes, and keeps no balances. */
export const transferInitCode = initCodeOf(`60243560005260043533${`7f${transferTopic.slice(2)}`}60206000a300`)

/** The same for `transferFrom(from, to, value)`. */
export const transferFromInitCode = initCodeOf(
  `604435600052602435600435${`7f${transferTopic.slice(2)}`}60206000a300`,
)

/** Calldata of an ERC-20. */
export function transferCall(to: string, value: bigint): `0x${string}` {
  return `0xa9059cbb${word(to)}${value.toString(16).padStart(64, '0')}`
}

export function transferFromCall(from: string, to: string, value: bigint): `0x${string}` {
  return `0x23b872dd${word(from)}${word(to)}${value.toString(16).padStart(64, '0')}`
}

/** A contract that refuses every call, and so whatever value comes with it. */
export const reverterInitCode = initCodeOf('60006000fd')

/** Calldata for the emitter: writes one Transfer. */
export function emitCall(from: string, to: string, value: bigint): `0x${string}` {
  return `0x${word(from)}${word(to)}${value.toString(16).padStart(64, '0')}`
}

function word(address: string): string {
  return address.slice(2).toLowerCase().padStart(64, '0')
}

/** codecopy(0, 11, length); return(0, length); then the code itself, of at most 255 bytes. */
export function initCodeOf(code: string): `0x${string}` {
  const length = (code.length / 2).toString(16).padStart(2, '0')
  return `0x60${length}80600b6000396000f3${code}`
}

/** Writes this one log with its whole data, while it is being made: what to send as `data` of a transaction without `to`. */
export function logWriter({ topics, data }: Pick<RpcLog, 'topics' | 'data'>): `0x${string}` {
  const words = data.slice(2).match(/.{64}/g) ?? []
  const size = (words.length * 32).toString(16).padStart(4, '0')
  const stored = words.map((word, i) => `7f${word}61${(i * 32).toString(16).padStart(4, '0')}52`)
  const pushed = topics.toReversed().map((topic) => `7f${topic.slice(2)}`)
  return `0x${stored.join('')}${pushed.join('')}61${size}6000a${topics.length}00`
}
