import type { OwnLookup } from '../../../screening/types.ts'
import type { CallFrames } from '../traces/call-frames.ts'
import type { RpcLog } from '../types.ts'
import type { ReadTransaction } from './context.ts'
import { isKnownToMoveNothing } from './moves-nothing.ts'
import { mayBeAddress } from './words.ts'

/**
 * Whether a transaction may touch an own address: the hot path, run for every log of every block, so nothing is
 * decoded, converted or built here. May say yes wrongly, never no.
 */
export function touches({ tx, receipt, frames, succeeded }: ReadTransaction, own: OwnLookup): boolean {
  // A failed transaction may still have minted (OP stack) to its sender.
  if (own.mayHaveEvm(tx.from)) return true
  if (!succeeded) return false
  const to = tx.to ?? receipt.contractAddress
  if (to !== null && to !== undefined && own.mayHaveEvm(to)) return true
  for (const log of receipt.logs) if (logTouches(log, own)) return true
  return frames !== null && framesTouch(frames, own)
}

function framesTouch({ moves, from, to }: CallFrames, own: OwnLookup): boolean {
  for (const { frame } of moves)
    if (own.mayHaveEvm(from[frame] ?? '') || own.mayHaveEvm(to[frame] ?? '')) return true
  return false
}

/** Whether any topic or word of a log may be an own address, whatever event it is, but for those that move nothing. */
export function logTouches({ topics, data }: RpcLog, own: OwnLookup): boolean {
  for (let i = 0; i < topics.length; i++)
    if (own.mayHaveEvmTopic(topics[i] ?? '')) return !isKnownToMoveNothing(topics[0])
  for (let start = 2; start + 64 <= data.length; start += 64)
    if (mayBeAddress(data, start) && own.mayHaveEvm(`0x${data.slice(start + 24, start + 64)}`))
      return !isKnownToMoveNothing(topics[0])
  return false
}
