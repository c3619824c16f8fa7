import { nowhere } from '../oddity.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { UnreadTrace } from './block-frames.ts'
import { addFrame, type CallFrames, canMove, countsInPath, newFrames, oddCall } from './call-frames.ts'
import { topFrameFault } from './check-top-frame.ts'
import { LogMatcher } from './log-matcher.ts'
import { failedWith, frameFields, isRawFrame, type RawFrame } from './raw-frame.ts'

/** A frame whose calls are being walked. */
interface Level {
  frame: number
  calls: readonly unknown[]
  next: number
  /** How many of the calls before `next` have a place in paths. */
  counted: number
  logs: readonly unknown[]
  nextLog: number
}

/**
 * The frames of one transaction as the callTracer tells them. Frames nest up to 1024 deep and come by the ten
 * thousand: walked with a stack of our own, and what failed is left out with all that it called.
 */
export function readCallTrace(
  served: unknown,
  tx: RpcTransaction,
  receipt: RpcReceipt,
): CallFrames | UnreadTrace {
  if (!isRawFrame(served)) return { unread: 'is missing' }
  const failed = failedWith(served.error)
  const fields = frameFields(served)
  // A creation that failed made no address.
  const to = fields.to ?? (failed ? nowhere : undefined)
  if (fields.from === undefined || to === undefined) return { unread: 'names no sender or no receiver' }
  const frames = newFrames(failed, fields.from, to, fields.kind)
  const creates = served.type === 'CREATE' || served.type === 'CREATE2'
  const fault = topFrameFault({ ...fields, creates, input: served.input }, frames, tx, receipt)
  if (fault !== null) return { unread: fault }
  if (!failed) walk(served, frames, new LogMatcher(receipt))
  return frames
}

function walk(top: RawFrame, frames: CallFrames, matcher: LogMatcher): void {
  const stack: Level[] = [levelOf(top, 0, frames)]
  for (let level = stack[0]; level !== undefined; level = stack[stack.length - 1]) {
    level.nextLog = matcher.take(level.frame, level.logs, level.nextLog, level.next)
    if (level.next === level.calls.length) {
      // Logs that claim to come after more calls than there are.
      if (level.nextLog < level.logs.length) matcher.take(level.frame, level.logs, level.nextLog, Infinity)
      stack.pop()
      continue
    }
    const child = level.calls[level.next]
    level.next++
    if (!isRawFrame(child)) {
      frames.odd.push(oddCall)
      continue
    }
    const fields = frameFields(child)
    const position = level.counted
    if (countsInPath(fields)) level.counted++
    if (failedWith(child.error)) continue
    if (fields.selfDestruct && !canMove(fields, frames, level.frame)) continue
    const frame = addFrame(frames, level.frame, position, fields)
    if (child.calls !== undefined || child.logs !== undefined) stack.push(levelOf(child, frame, frames))
  }
  frames.logs = matcher.result()
}

function levelOf(raw: RawFrame, frame: number, frames: CallFrames): Level {
  if (!isListOrNothing(raw.calls)) frames.odd.push(oddCall)
  return {
    frame,
    calls: Array.isArray(raw.calls) ? raw.calls : [],
    next: 0,
    counted: 0,
    logs: Array.isArray(raw.logs) ? raw.logs : [],
    nextLog: 0,
  }
}

function isListOrNothing(value: unknown): boolean {
  return value === undefined || value === null || Array.isArray(value)
}
