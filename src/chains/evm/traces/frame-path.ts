import type { CallFrames } from './call-frames.ts'

/** The transfer id of the value that a frame moved: `value` for the transaction itself, else `trace:0.2`. */
export function transferIdOf(frames: CallFrames, frame: number): string {
  if (frame === 0) return 'value'
  const path: number[] = []
  for (let at = frame; at > 0; at = frames.parent[at] ?? 0) path.push(frames.position[at] ?? 0)
  return `trace:${path.reverse().join('.')}`
}
