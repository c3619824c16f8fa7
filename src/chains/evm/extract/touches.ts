import type { OwnLookup } from '../../../screening/own.ts'
import type { TokenTable } from '../tokens.ts'
import type { CallFrames } from '../traces/call-frames.ts'
import type { RpcLog } from '../types.ts'
import type { ReadTransaction } from './context.ts'
import { transferBatchTopic, transferSingleTopic, transferTopic, unwrapTopic, wrapTopic } from './topics.ts'
import { topicAt } from './words.ts'

/**
 * Whether a transaction may touch an own address: the hot path, run for every log of every block, so nothing is
 * decoded, converted or built here. May say yes wrongly, never no.
 */
export function touches(
  { tx, receipt, frames, succeeded }: ReadTransaction,
  own: OwnLookup,
  tokens: TokenTable,
): boolean {
  // A failed transaction may still have minted (OP stack) to its sender.
  if (own.mayHaveEvm(tx.from)) return true
  if (!succeeded) return false
  const to = tx.to ?? receipt.contractAddress
  if (to !== null && to !== undefined && own.mayHaveEvm(to)) return true
  for (const log of receipt.logs) if (logTouches(log, own, tokens)) return true
  return frames !== null && framesTouch(frames, own)
}

function framesTouch({ moves, from, to }: CallFrames, own: OwnLookup): boolean {
  for (const { frame } of moves)
    if (own.mayHaveEvm(from[frame] ?? '') || own.mayHaveEvm(to[frame] ?? '')) return true
  return false
}

function logTouches(log: RpcLog, own: OwnLookup, tokens: TokenTable): boolean {
  const [kind, first, second, third] = log.topics
  if (kind === transferTopic) {
    if (first === undefined) return dataTouches(log.data, own)
    if (second === undefined) return false
    return own.mayHaveEvmTopic(first) || own.mayHaveEvmTopic(second)
  }
  if (kind === transferSingleTopic || kind === transferBatchTopic) {
    if (second === undefined || third === undefined) return false
    return own.mayHaveEvmTopic(second) || own.mayHaveEvmTopic(third)
  }
  if (kind === wrapTopic || kind === unwrapTopic)
    return first !== undefined && tokens.get(log.address)?.wrapped === true && own.mayHaveEvmTopic(first)
  return false
}

/** An unindexed Transfer: from and to are the first two words of its data. */
function dataTouches(data: string, own: OwnLookup): boolean {
  const from = topicAt(data, 0)
  const to = topicAt(data, 32)
  return (from !== null && own.mayHaveEvmTopic(from)) || (to !== null && own.mayHaveEvmTopic(to))
}
