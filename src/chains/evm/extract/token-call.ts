import type { CallFrames } from '../traces/call-frames.ts'

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
