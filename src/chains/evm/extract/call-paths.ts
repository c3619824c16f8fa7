import type { CallFrames } from '../traces/call-frames.ts'

/** The contracts between the initiator and the movements of one transaction, by its call frames. */
export interface CallPaths {
  /** The callee of every frame above this one, from the top down. The frame itself is not on the path to it. */
  to(frame: number): Iterable<string>
  /**
   * For a transaction too large for a path per transfer: what stands on any of them. More than the truth of a single
   * transfer, never less.
   */
  whole: ReadonlySet<string> | null
}

/** How many steps all call paths together may have. Beyond it, they are walked once for all transfers. */
export const maxCallPathSteps = 50_000

const none: readonly string[] = []

/** @param targets the frames of our own transfers. */
export function callPathsOf(frames: CallFrames | null, targets: readonly number[]): CallPaths {
  if (frames === null) return { to: () => none, whole: null }
  const { parent, to } = frames
  if (steps(parent, targets) <= maxCallPathSteps)
    return { to: (frame) => above(frame, parent, to), whole: null }
  const whole = new Set<string>()
  const seen = new Set<number>([-1])
  for (const target of targets)
    for (let at = parent[target] ?? -1; !seen.has(at); at = parent[at] ?? -1) {
      seen.add(at)
      whole.add(to[at] ?? '')
    }
  return { to: () => none, whole }
}

/** How long all call paths are together; stops counting beyond the limit. */
function steps(parent: readonly number[], targets: readonly number[]): number {
  let count = 0
  for (const target of targets)
    for (let at = parent[target] ?? -1; at >= 0; at = parent[at] ?? -1)
      if (++count > maxCallPathSteps) return count
  return count
}

function above(frame: number, parent: readonly number[], to: readonly string[]): string[] {
  const path: string[] = []
  for (let at = parent[frame] ?? -1; at >= 0; at = parent[at] ?? -1) path.push(to[at] ?? '')
  return path.reverse()
}

/**
 * The frame in which the token contract was called that wrote a log: proxies write it from a delegatecall frame below
 * it. `null` where traces do not tell.
 */
export function tokenCallOf(frames: CallFrames | null, log: number, token: string): number | null {
  if (frames === null) return null
  let frame = frames.logs?.[log] ?? -1
  while (frame >= 0 && frames.kind[frame] === 'delegatecall') frame = frames.parent[frame] ?? -1
  return frame >= 0 && frames.to[frame] === token ? frame : null
}
