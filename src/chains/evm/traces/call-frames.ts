/**
 * How a frame runs. `value`: in the context of its callee, and what it carries moves there. `static`: it carries
 * nothing. `borrowed`: the callee's code in the caller's context; the value it shows is the caller's, and moves nothing.
 */
export type FrameKind = 'value' | 'static' | 'borrowed'

/**
 * The calls of one transaction that took effect (no failed frame, and none below a failed one), in the order in which
 * they began. One array per field and no object per frame: a block has tens of thousands. Frame 0 is the transaction.
 */
export interface CallFrames {
  /** The transaction failed: only frame 0 is here. */
  failed: boolean
  /** Lower-case. In a borrowed context the address whose context it is. */
  from: string[]
  to: string[]
  kind: FrameKind[]
  /** The frame that called it; -1 for frame 0. */
  parent: number[]
  /** Its place among the calls of its parent that count in a path, from 0. */
  position: number[]
  /** The frames below frame 0 that moved native value, and how much: wei, as hex quantities. */
  moves: { frame: number; value: string }[]
  /** For each log of the receipt the frame that wrote it, where the node told it and it agrees with the receipt. */
  logs: number[] | null
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
  }
}

/** One more frame that took effect. @returns its number. */
export function addFrame(
  frames: CallFrames,
  frame: { parent: number; position: number; kind: FrameKind; from: string; to: string; value: string },
): number {
  const index = frames.from.push(frame.from) - 1
  frames.to.push(frame.to)
  frames.kind.push(frame.kind)
  frames.parent.push(frame.parent)
  frames.position.push(frame.position)
  if (frame.kind === 'value' && !isZero(frame.value)) frames.moves.push({ frame: index, value: frame.value })
  return index
}

/** Whether a frame has a place of its own in paths. */
export function countsInPath(kind: FrameKind, to: string, value: string): boolean {
  return !to.startsWith(lowAddress) || (kind === 'value' && !isZero(value))
}

/**
 * Precompiles stand below 0x10000 on every chain. Some clients leave calls of them out (all, or those without value),
 * others don't: a path that did not count them is the same with each.
 */
const lowAddress = `0x${'0'.repeat(36)}`

function isZero(quantity: string): boolean {
  return quantity === '0x0' || /^0x0*$/.test(quantity)
}
