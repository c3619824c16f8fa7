import { asAddress, asNumber, asQuantity, asWord, badAnswer } from '../answers.ts'
import type { ChainDefinition } from '../definition.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'
import { nowhere } from '../unreadable.ts'
import {
  addFrame,
  type BlockFrames,
  type CallFrames,
  canMove,
  countsInPath,
  type FrameFields,
  type FrameKind,
  newFrames,
  refuseAllUnread,
  topFrameFault,
  tracedTransactions,
  type UnreadTrace,
  unreadableCall,
} from './call-frames.ts'

/**
 * The answer of debug_traceBlockByHash with the callTracer: one item per transaction, in their order. An item that can't be
 * read, or has an error (it took the node too long), is unread: of one transaction anybody can make a trace what he likes.
 *
 * @throws ChainscreenError `node-bad-answer` where the answer is not that of this block: no list, an item of another
 * transaction, one too many or too few, or none that can be read.
 */
export function readBlockTraces(
  answer: unknown,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  method: string,
): BlockFrames {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  const traced = tracedTransactions(block, definition, answer.length)
  if (answer.length !== traced)
    throw badAnswer(method, 'the number of traces', answer.length, `${traced}, one per transaction`)
  const traces = block.transactions.map((tx, index) => {
    const receipt = receipts[index]
    if (index >= traced || receipt === undefined) return null
    const item: unknown = answer[index]
    const txHash =
      typeof item === 'object' && item !== null ? (item as { txHash?: unknown }).txHash : undefined
    // geth before 1.11 has no txHash: there the first frame alone says whose it is.
    if (txHash !== undefined && asWord(txHash) !== tx.hash)
      throw badAnswer(method, `[${index}].txHash`, txHash, tx.hash)
    return readItem(item, tx, receipt)
  })
  return refuseAllUnread(traces, method)
}

function readItem(item: unknown, tx: RpcTransaction, receipt: RpcReceipt): CallFrames | UnreadTrace {
  if (typeof item !== 'object' || item === null) return { unread: 'is missing' }
  const { result, error } = item as { result?: unknown; error?: unknown }
  if (error !== undefined && error !== null) return { unread: 'is an error of the node' }
  return readCallTrace(result, tx, receipt)
}

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
      frames.unreadable.push(unreadableCall)
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
  if (!isListOrNothing(raw.calls)) frames.unreadable.push(unreadableCall)
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

/**
 * Finds out which frame wrote which log of the receipt. Frames tell their own logs (`withLog`) and after how many of
 * their calls each was written; in the order of execution they must be the logs of the receipt, one for one. Clients
 * differ in this (reth #3863, Nethermind #8205): where they disagree nothing is known, and nothing is refused.
 */
class LogMatcher {
  readonly #receipt: RpcReceipt
  readonly #frames: number[] = []
  #agrees = true

  constructor(receipt: RpcReceipt) {
    this.#receipt = receipt
  }

  /** The next logs of a frame: those from `next` on that it wrote before its call number `calls`. @returns the new `next`. */
  take(frame: number, logs: readonly unknown[], next: number, calls: number): number {
    let at = next
    for (; at < logs.length; at++) {
      const log = logs[at] as { address?: unknown; topics?: unknown; position?: unknown } | null
      const position = log?.position === undefined ? undefined : asNumber(log.position)
      if (position === undefined || typeof log !== 'object' || log === null) {
        this.#agrees = false
        return logs.length
      }
      if (position > calls) return at
      this.#match(frame, log)
    }
    return at
  }

  #match(frame: number, log: { address?: unknown; topics?: unknown }): void {
    const receipt = this.#receipt.logs[this.#frames.length]
    const topics = log.topics
    const same =
      receipt !== undefined &&
      sameText(log.address, receipt.address) &&
      Array.isArray(topics) &&
      topics.length === receipt.topics.length &&
      topics.every((topic, i) => sameText(topic, receipt.topics[i]))
    if (!same) this.#agrees = false
    this.#frames.push(frame)
  }

  /** For each log of the receipt its frame, or `null` where that is not known. */
  result(): number[] | null {
    return this.#agrees && this.#frames.length === this.#receipt.logs.length ? this.#frames : null
  }
}

function sameText(one: unknown, other: unknown): boolean {
  if (one === other) return true
  return typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase()
}

/** A frame as the callTracer writes it, as JSON.parse left it. */
interface RawFrame {
  type?: unknown
  from?: unknown
  to?: unknown
  value?: unknown
  input?: unknown
  error?: unknown
  calls?: unknown
  logs?: unknown
}

const kinds: Readonly<Record<string, FrameKind>> = {
  STATICCALL: 'static',
  DELEGATECALL: 'delegatecall',
  CALLCODE: 'delegatecall',
  EXTSTATICCALL: 'static',
  EXTDELEGATECALL: 'delegatecall',
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A kind of frame that nobody has heard of is taken to move what it says it carries: better seen than missed. */
function frameFields({ type, from, to, value }: RawFrame): FrameFields {
  return {
    kind: (typeof type === 'string' ? kinds[type] : undefined) ?? 'value',
    selfDestruct: type === 'SELFDESTRUCT',
    from: asAddress(from),
    to: asAddress(to),
    // What such a frame carries, and whether it carries it anywhere, is not told.
    value: typeof type === 'string' ? quantityOf(value) : undefined,
  }
}

/** Frames that can carry no value (STATICCALL, with some clients DELEGATECALL) leave it out. */
export function quantityOf(value: unknown): string | undefined {
  return value === undefined || value === null ? '0x0' : asQuantity(value)
}

/** A frame failed where it has an `error` that says something. */
export function failedWith(error: unknown): boolean {
  return error !== undefined && error !== null && error !== ''
}
