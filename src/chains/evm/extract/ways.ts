import type { CallFrames } from '../traces/call-frames.ts'

/** The contracts between the initiator and the movements of one transaction, by its call frames. */
export interface Ways {
  /** The callee of every frame above this one, from the top down. The frame itself is not on the way to it. */
  to(frame: number): Iterable<string>
  /**
   * For a transaction too large for a way per transfer: what stands on any of them. More than the truth of a single
   * transfer, never less.
   */
  whole: ReadonlySet<string> | null
}

/** How many steps all ways together may have: beyond it they are walked once, for all transfers. */
export const maxWaySteps = 50_000

const none: readonly string[] = []

/** @param targets the frames of our own transfers. */
export function waysOf(frames: CallFrames | null, targets: readonly number[]): Ways {
  if (frames === null) return { to: () => none, whole: null }
  const { parent, to } = frames
  if (steps(parent, targets) <= maxWaySteps) return { to: (frame) => above(frame, parent, to), whole: null }
  const whole = new Set<string>()
  const seen = new Set<number>([-1])
  for (const target of targets)
    for (let at = parent[target] ?? -1; !seen.has(at); at = parent[at] ?? -1) {
      seen.add(at)
      whole.add(to[at] ?? '')
    }
  return { to: () => none, whole }
}

/** How long all ways are together; stops counting beyond the limit. */
function steps(parent: readonly number[], targets: readonly number[]): number {
  let count = 0
  for (const target of targets)
    for (let at = parent[target] ?? -1; at >= 0; at = parent[at] ?? -1)
      if (++count > maxWaySteps) return count
  return count
}

function above(frame: number, parent: readonly number[], to: readonly string[]): string[] {
  const way: string[] = []
  for (let at = parent[frame] ?? -1; at >= 0; at = parent[at] ?? -1) way.push(to[at] ?? '')
  return way.reverse()
}
