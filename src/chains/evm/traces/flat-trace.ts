import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import { addFrame, type CallFrames, countsInPath, newFrames } from './call-frames.ts'
import { checkTopFrame } from './check-top-frame.ts'
import { type FlatItem, flatFrame } from './flat-item.ts'

/** Builds the frames of one transaction from its items of trace_block, which come in the order of their addresses. */
export class FlatTrace {
  readonly frames: CallFrames
  /** The address of the item before. */
  #path: readonly number[] = []
  /** By depth, along the path: the frame (-1: failed, or below one that did), and how many of its calls count so far. */
  readonly #open: { frame: number; counted: number }[]

  /** @throws ChainscreenError `node-bad-answer`, naming the field. */
  constructor(top: FlatItem, tx: RpcTransaction, receipt: RpcReceipt, at: () => string, method: string) {
    const { kind, creates, failed, from, to, value, input } = flatFrame(top, at, method)
    this.frames = newFrames(failed, from, to, kind)
    checkTopFrame({ creates, value, input }, this.frames, tx, receipt, at, method)
    this.#open = [{ frame: failed ? -1 : 0, counted: 0 }]
  }

  /** @throws ChainscreenError `node-bad-answer`, naming the field. */
  add(item: FlatItem, at: () => string, method: string): void {
    const depth = item.traceAddress.length
    const parent = this.#open[depth - 1]
    // The address must go on from the item before: who failed above it, and who called it, hangs on that.
    const follows = item.traceAddress.every((part, i) => i >= depth - 1 || part === this.#path[i])
    if (parent === undefined || !follows) throw badAnswer(method, `${at()}.traceAddress`, item.traceAddress)
    this.#path = item.traceAddress
    this.#open.length = depth
    if (parent.frame === -1) {
      this.#open.push({ frame: -1, counted: 0 })
      return
    }
    const { kind, failed, from, to, value } = flatFrame(item, at, method)
    const position = parent.counted
    if (countsInPath(kind, to, value)) parent.counted++
    const frame = failed
      ? -1
      : addFrame(this.frames, { parent: parent.frame, position, kind, from, to, value })
    this.#open.push({ frame, counted: 0 })
  }
}
