import { badAnswer } from '../answers.ts'
import { endsInOwnTransaction } from '../check-receipts.ts'
import type { ChainDefinition } from '../definition.ts'
import { isSignedType, type RpcBlock, type RpcReceipt, type RpcTransaction } from '../types.ts'
import { nowhere, type Unreadable } from '../unreadable.ts'

/**
 * How a frame runs. `value`: in the context of its callee, and what it carries moves there. `static`: it carries
 * nothing. `delegatecall`: the callee's code in the caller's context; the value it shows is the caller's, and moves nothing.
 */
export type FrameKind = 'value' | 'static' | 'delegatecall'

/**
 * The calls of one transaction that took effect (no failed frame, and none below a failed one), in the order in which
 * they began. One array per field and no object per frame: a block has tens of thousands. Frame 0 is the transaction.
 */
export interface CallFrames {
  /** The transaction failed: only frame 0 is here. */
  failed: boolean
  /** Lower-case. In a delegatecall frame the address whose context it is. */
  from: string[]
  to: string[]
  kind: FrameKind[]
  /** The frame that called it; -1 for frame 0. */
  parent: number[]
  /** Its place among the calls of its parent that count in a path, from 0. */
  position: number[]
  /** The frames below frame 0 that moved native value. */
  moves: FrameMove[]
  /** For each log of the receipt the frame that wrote it, where the node told it and it agrees with the receipt. */
  logs: number[] | null
  /** Frames of which something could not be read. They move nothing. */
  unreadable: Unreadable[]
}

interface FrameMove {
  frame: number
  /** Wei, as a hex quantity. */
  value: string
  /** A contract that destroys itself sent it. */
  selfDestruct: boolean
}

/** What a node says of a frame; what is not there, or can't be read, is `undefined`. */
export interface FrameFields {
  kind: FrameKind
  selfDestruct: boolean
  from: string | undefined
  to: string | undefined
  value: string | undefined
}

export function newFrames(failed: boolean, from: string, to: string, kind: FrameKind): CallFrames {
  return {
    failed,
    from: [from],
    to: [to],
    kind: [kind],
    parent: [-1],
    position: [0],
    moves: [],
    logs: null,
    unreadable: [],
  }
}

/** One more frame that took effect. @returns its number. */
export function addFrame(
  frames: CallFrames,
  parent: number,
  position: number,
  { kind, selfDestruct, from, to, value }: FrameFields,
): number {
  const index = frames.from.push(from ?? nowhere) - 1
  frames.to.push(to ?? nowhere)
  frames.kind.push(kind)
  frames.parent.push(parent)
  frames.position.push(position)
  if (from === undefined || to === undefined) frames.unreadable.push(unreadableCall)
  else if (kind === 'value') {
    if (value === undefined) frames.unreadable.push({ ...unreadableCall, about: [from, to] })
    else if (!isZero(value)) frames.moves.push({ frame: index, value, selfDestruct })
  }
  return index
}

/** For a call that can't be read, between whom it may be. */
export const unreadableCall: Unreadable = {
  what: 'traces',
  reason: 'a call in its trace can’t be read: value that it moved is not seen',
  about: null,
}

/**
 * Whether a self-destruct is one that can have moved value: out of the contract that ran it, to another address. Of one in the
 * contract's own favour geth tells its balance, revm names the zero address and no receiver, or repeats the last payment
 * before it; geth of long ago gave nothing but the type.
 *
 * @see https://github.com/bluealloy/revm/issues/3834, https://github.com/bluealloy/revm/pull/3805
 */
export function canMove({ from, to }: FrameFields, frames: CallFrames, parent: number): boolean {
  return to !== undefined && to !== from && from === contextOf(frames, parent)
}

/** The address in whose context a frame runs. */
function contextOf({ kind, from, to }: CallFrames, frame: number): string | undefined {
  return kind[frame] === 'delegatecall' ? from[frame] : to[frame]
}

/** Whether a frame has a place of its own in paths. */
export function countsInPath({ kind, to, value }: FrameFields): boolean {
  return to === undefined || !to.startsWith(lowAddress) || (kind === 'value' && !isZero(value ?? '0x0'))
}

/**
 * Precompiles stand below 0x10000 on every chain. Some clients leave calls of them out (all, or those without value),
 * others don't: a path that did not count them is the same with each.
 */
const lowAddress = `0x${'0'.repeat(36)}`

function isZero(quantity: string): boolean {
  return quantity === '0x0' || /^0x0*$/.test(quantity)
}

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

/** The transfer id of the value that a frame moved: `value` for the transaction itself, else `trace:0.2`. */
export function transferIdOf(frames: CallFrames, frame: number): string {
  if (frame === 0) return 'value'
  const path: number[] = []
  for (let at = frame; at > 0; at = frames.parent[at] ?? 0) path.push(frames.position[at] ?? 0)
  return `trace:${path.reverse().join('.')}`
}

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
