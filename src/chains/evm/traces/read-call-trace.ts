import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import { addFrame, type CallFrames, countsInPath, newFrames } from './call-frames.ts'
import { checkTopFrame } from './check-top-frame.ts'
import { LogMatcher } from './log-matcher.ts'
import { addressOf, failedWith, isRawFrame, kindOf, listOf, quantityOf, type RawFrame } from './raw-frame.ts'

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

const nowhere = '0x'

/**
 * The frames of one transaction as the callTracer tells them. Frames nest up to 1024 deep and come by the ten
 * thousand: walked with a stack of our own, and what failed is left out with all that it called.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function readCallTrace(
  served: unknown,
  tx: RpcTransaction,
  receipt: RpcReceipt,
  at: () => string,
  method: string,
): CallFrames {
  if (!isRawFrame(served)) throw badAnswer(method, at(), served)
  const failed = failedWith(served.error)
  const kind = kindOf(served.type, at, method)
  const value = quantityOf(served.value, at, method)
  // A creation that failed made no address.
  const to = failed ? nowhere : addressOf(served.to, 'to', at, method)
  const frames = newFrames(failed, addressOf(served.from, 'from', at, method), to, kind)
  const creates = served.type === 'CREATE' || served.type === 'CREATE2'
  checkTopFrame({ creates, value, input: served.input }, frames, tx, receipt, at, method)
  if (!failed) walk(served, frames, new LogMatcher(receipt), at, method)
  return frames
}

function walk(
  top: RawFrame,
  frames: CallFrames,
  matcher: LogMatcher,
  at: () => string,
  method: string,
): void {
  const stack: Level[] = [levelOf(top, 0, at, method)]
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
    if (!isRawFrame(child)) throw badAnswer(method, `a call in ${at()}`, child)
    const kind = kindOf(child.type, at, method)
    const value = quantityOf(child.value, at, method)
    const failed = failedWith(child.error)
    const to = failed && typeof child.to !== 'string' ? nowhere : addressOf(child.to, 'to', at, method)
    const position = level.counted
    if (countsInPath(kind, to, value)) level.counted++
    if (failed) continue
    const from = addressOf(child.from, 'from', at, method)
    const frame = addFrame(frames, { parent: level.frame, position, kind, from, to, value })
    if (child.calls !== undefined || child.logs !== undefined) stack.push(levelOf(child, frame, at, method))
  }
  frames.logs = matcher.result()
}

function levelOf(raw: RawFrame, frame: number, at: () => string, method: string): Level {
  return {
    frame,
    calls: listOf(raw.calls, 'calls', at, method),
    next: 0,
    counted: 0,
    logs: listOf(raw.logs, 'logs', at, method),
    nextLog: 0,
  }
}
