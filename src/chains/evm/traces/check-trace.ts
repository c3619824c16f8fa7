import { endsInOwnTransaction } from '../check-receipts.ts'
import type { ChainDefinition } from '../definition.ts'
import { nowhere } from '../oddity.ts'
import { isSignedType } from '../transaction-types.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'
import type { CallFrames, FrameFields } from './call-frames.ts'

/** Nobody signs as the zero address: until it had a type of its own, Bor's state sync did not. */
const zero = `0x${'0'.repeat(40)}`

/** What the first frame of a transaction says of it. */
interface TopFrame extends FrameFields {
  creates: boolean
  input: unknown
}

/**
 * Traces have no root that proves them: at least the first frame must be the transaction itself. Types that a chain
 * made up trace in ways of their own, and are not held to it.
 *
 * @returns what is not so, as the rest of a sentence that begins with "its trace"; `null`: it is the transaction.
 */
export function topFrameFault(
  top: TopFrame,
  frames: CallFrames,
  tx: RpcTransaction,
  receipt: RpcReceipt,
): string | null {
  if (!isSignedType(tx) || tx.from === zero) return null
  const fault = (what: string) => `is not of this transaction: ${what}`
  if (tx.from !== nowhere && frames.from[0] !== tx.from) return fault('another sender')
  if (top.value === undefined || (tx.value !== null && BigInt(top.value) !== BigInt(tx.value)))
    return fault('another value')
  if (top.creates !== !tx.to) return fault(top.creates ? 'it creates a contract' : 'it creates no contract')
  if (tx.input !== null && !sameHex(top.input, tx.input)) return fault('other input')
  if (receipt.status !== undefined && receipt.status !== null) {
    const succeeded = receipt.status === '0x1'
    if (frames.failed === succeeded) return fault(frames.failed ? 'it failed' : 'it succeeded')
  }
  if (frames.failed) return null
  const to = tx.to ?? receipt.contractAddress
  if (to !== undefined && to !== null && to !== nowhere && frames.to[0] !== to)
    return fault('another receiver')
  return null
}

function sameHex(one: unknown, other: string): boolean {
  if (one === other) return true
  return typeof one === 'string' && one.length === other.length && one.toLowerCase() === other.toLowerCase()
}

/**
 * How many of a block's transactions a node traces: all of them, but for the chain's own one at the end, where the
 * chain has that and this node leaves it out (Bor traces it only on demand).
 *
 * @param served how many traces there are.
 */
export function tracedTransactions(block: RpcBlock, definition: ChainDefinition, served: number): number {
  const all = block.transactions.length
  const isOwn = endsInOwnTransaction(block, definition) !== null
  return isOwn && served === all - 1 ? served : all
}
