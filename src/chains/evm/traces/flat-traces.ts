import { asAddress, asWord, badAnswer } from '../answers.ts'
import type { ChainDefinition } from '../definition.ts'
import { RpcRefusal } from '../rpc/refusal.ts'
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
} from './call-frames.ts'
import { failedWith, isRawFrame, quantityOf } from './call-tracer.ts'

/** What is looked at to tell whose an item is. */
interface ServedItem {
  type?: unknown
  blockHash?: unknown
  transactionHash?: unknown
}

/**
 * The answer of trace_block: the frames of all transactions in one list, in the order in which they began. It was
 * asked by height: every item must be of this very block. What can't be read of a transaction makes its trace an unread one.
 *
 * @throws ChainscreenError `node-bad-answer` where the answer is not that of this block: no list, an item of another block
 * or of a transaction that is not the next one, fewer transactions than there are, or none that can be read.
 */
export function readTraceBlock(
  answer: unknown,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  method: string,
): BlockFrames {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  const found: FlatTrace[] = []
  for (let i = 0; i < answer.length; i++) {
    const { type, blockHash, transactionHash } = (answer[i] ?? {}) as ServedItem
    if (asWord(blockHash) !== block.hash) throw badAnswer(method, `[${i}].blockHash`, blockHash, block.hash)
    // What miners were paid before the merge belongs to no transaction.
    if (type === 'reward') continue
    const hash = asWord(transactionHash)
    if (hash === undefined || hash !== block.transactions[found.length - 1]?.hash) {
      const tx = block.transactions[found.length]
      const receipt = receipts[found.length]
      if (tx === undefined || receipt === undefined || tx.hash !== hash)
        throw badAnswer(
          method,
          `[${i}].transactionHash`,
          transactionHash,
          tx?.hash ?? 'no more traces than transactions',
        )
      found.push(new FlatTrace(tx, receipt))
    }
    found.at(-1)?.add(answer[i])
  }
  const traced = tracedTransactions(block, definition, found.length)
  if (found.length !== traced)
    throw badAnswer(method, 'the number of traces', found.length, `${traced}, one per transaction`)
  return refuseAllUnread(
    block.transactions.map((_, index) => found[index]?.result() ?? null),
    method,
  )
}

/**
 * The answer of trace_transaction: the same items, of one transaction. Each has to be of its block.
 *
 * @throws ChainscreenError `node-missing-data` for `null`: the node does not know the transaction; `node-bad-answer` where the
 * answer is no list, empty, or of another block or transaction.
 */
export function readTraceTransaction(
  answer: unknown,
  tx: RpcTransaction,
  receipt: RpcReceipt,
): CallFrames | UnreadTrace {
  const method = 'trace_transaction'
  if (answer === null) throw new RpcRefusal('not-yet', `The node answered ${method} with null.`, null)
  if (!Array.isArray(answer) || answer.length === 0) throw badAnswer(method, 'the list of traces', answer)
  const trace = new FlatTrace(tx, receipt)
  for (const [i, item] of answer.entries()) {
    const { blockHash, transactionHash } = (item ?? {}) as ServedItem
    if (asWord(blockHash) !== receipt.blockHash)
      throw badAnswer(method, `[${i}].blockHash`, blockHash, receipt.blockHash)
    if (asWord(transactionHash) !== tx.hash)
      throw badAnswer(method, `[${i}].transactionHash`, transactionHash, tx.hash)
    trace.add(item)
  }
  return trace.result()
}

const outOfOrder = 'is not in the order of its calls'

/** Builds the frames of one transaction from its items of trace_block, which come in the order of their addresses. */
class FlatTrace {
  readonly #tx: RpcTransaction
  readonly #receipt: RpcReceipt
  #frames: CallFrames | undefined
  #fault: string | undefined
  /** The address of the item before. */
  #path: readonly number[] = []
  /** By depth, along the path: the frame (-1: failed, or below one that did), and how many of its calls count so far. */
  readonly #open: { frame: number; counted: number }[] = []

  constructor(tx: RpcTransaction, receipt: RpcReceipt) {
    this.#tx = tx
    this.#receipt = receipt
  }

  /** The next item, as it was served. Behind one that can't be read, whose call is whose is not known. */
  add(served: unknown): void {
    if (this.#fault !== undefined) return
    const item = flatItem(served)
    this.#fault =
      item === null
        ? 'has a call that can’t be read'
        : this.#frames === undefined
          ? this.#begin(item)
          : this.#goOn(item, this.#frames)
  }

  result(): CallFrames | UnreadTrace {
    if (this.#fault !== undefined || this.#frames === undefined)
      return { unread: this.#fault ?? 'is missing' }
    return this.#frames
  }

  /** @returns why the trace can't be read. */
  #begin(item: FlatItem): string | undefined {
    if (item.traceAddress.length !== 0) return outOfOrder
    const top = flatFrame(item)
    const to = top.to ?? (top.failed ? nowhere : undefined)
    if (top.from === undefined || to === undefined) return 'names no sender or no receiver'
    this.#frames = newFrames(top.failed, top.from, to, top.kind)
    this.#open.push({ frame: top.failed ? -1 : 0, counted: 0 })
    return topFrameFault(top, this.#frames, this.#tx, this.#receipt) ?? undefined
  }

  #goOn(item: FlatItem, frames: CallFrames): string | undefined {
    const depth = item.traceAddress.length
    const parent = this.#open[depth - 1]
    // The address must go on from the item before: who failed above it, and who called it, hangs on that.
    const follows = item.traceAddress.every((part, i) => i >= depth - 1 || part === this.#path[i])
    if (parent === undefined || !follows) return outOfOrder
    this.#path = item.traceAddress
    this.#open.length = depth
    if (parent.frame === -1) {
      this.#open.push({ frame: -1, counted: 0 })
      return undefined
    }
    const frame = flatFrame(item)
    const position = parent.counted
    if (countsInPath(frame)) parent.counted++
    const moves = !frame.failed && (!frame.selfDestruct || canMove(frame, frames, parent.frame))
    this.#open.push({ frame: moves ? addFrame(frames, parent.frame, position, frame) : -1, counted: 0 })
    return undefined
  }
}

/** One item of trace_block, whose outer shape was looked at. */
interface FlatItem {
  type: string
  action: Readonly<Record<string, unknown>>
  result?: unknown
  error?: unknown
  traceAddress: readonly number[]
}

/** What an item says in the words of a frame. */
interface FlatFrame extends FrameFields {
  creates: boolean
  failed: boolean
  input: unknown
}

const kinds: Readonly<Record<string, FrameKind>> = {
  staticcall: 'static',
  delegatecall: 'delegatecall',
  callcode: 'delegatecall',
}

/** @returns `null` where it is no frame with a place among the calls of its transaction. */
function flatItem(served: unknown): FlatItem | null {
  if (!isRawFrame(served)) return null
  const { type, action, traceAddress } = served as Record<string, unknown>
  const placed = Array.isArray(traceAddress) && traceAddress.every((part) => Number.isSafeInteger(part))
  return typeof type === 'string' && isRawFrame(action) && placed ? (served as unknown as FlatItem) : null
}

/** The frame of an item: `call` (with its callType), `create`, and `suicide`, as OpenEthereum named them. */
function flatFrame({ action, type, result, error }: FlatItem): FlatFrame {
  const failed = failedWith(error)
  if (type === 'suicide' || type === 'selfdestruct') {
    return {
      ...{ kind: 'value', selfDestruct: true, creates: false, failed, input: '0x' },
      from: asAddress(action.address),
      to: asAddress(action.refundAddress),
      value: quantityOf(action.balance),
    }
  }
  const creates = type === 'create'
  const created = isRawFrame(result) ? (result as { address?: unknown }).address : undefined
  // A call that neither failed nor came back with something: whether it moved what it carries is not told.
  const value = failed || isRawFrame(result) ? quantityOf(action.value) : undefined
  return {
    ...{ kind: kinds[String(action.callType)] ?? 'value', selfDestruct: false, creates, failed, value },
    from: asAddress(action.from),
    to: asAddress(creates ? created : action.to),
    input: creates ? action.init : action.input,
  }
}
