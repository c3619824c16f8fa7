import type { ChainHead } from './source.ts'

/** When a block counts as final: `depth` blocks under the head, and, where the node serves the tag, at or below it. */
export interface Finality {
  depth: number
}

/** The highest final block under this head; `null` while there is none. */
export function finalHeight(head: ChainHead, finality: Finality): number | null {
  const byDepth = head.height - finality.depth
  const height = head.finalized === null ? byDepth : Math.min(byDepth, head.finalized)
  return height < 0 ? null : height
}
