import { nowhere } from '../oddity.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { UnreadTrace } from './block-frames.ts'
import { addFrame, type CallFrames, canMove, countsInPath, newFrames } from './call-frames.ts'
import { topFrameFault } from './check-top-frame.ts'
import { type FlatItem, flatFrame, flatItem } from './flat-item.ts'

const outOfOrder = 'is not in the order of its calls'

/** Builds the frames of one transaction from its items of trace_block, which come in the order of their addresses. */
export class FlatTrace {
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
