import { badAnswer } from '../rpc/bad-answer.ts'
import type { CallFrames } from './call-frames.ts'

/** What a node served as a transaction's trace, and can't be read as that. */
export interface UnreadTrace {
  /** Why, as the rest of a sentence that begins with "its trace". */
  unread: string
}

/** The frames of each transaction of a block, in their order; `null` for one that nodes do not trace. */
export type BlockFrames = readonly (CallFrames | UnreadTrace | null)[]

/**
 * What holds for every transaction of a block is more likely the node's doing than theirs.
 *
 * @throws ChainscreenError `node-bad-answer` where there are transactions with traces, and no trace can be read.
 */
export function refuseAllUnread(traces: BlockFrames, method: string): BlockFrames {
  if (!areAllUnread(traces)) return traces
  const first = traces.find((trace) => trace !== null && isUnread(trace)) as UnreadTrace
  throw badAnswer(
    method,
    'the list of traces',
    traces,
    `some that can be read (the first one ${first.unread})`,
  )
}

/** Whether there are transactions with traces, and no trace can be read. */
export function areAllUnread(traces: BlockFrames): boolean {
  const served = traces.filter((trace) => trace !== null)
  return served.length > 0 && served.every(isUnread)
}

export function isUnread(trace: CallFrames | UnreadTrace): trace is UnreadTrace {
  return 'unread' in trace
}
