import { ChainscreenError } from '../diagnostics/errors.ts'
import type { ChainHead, ChainSource } from './source.ts'

/** When a block counts as final: `depth` blocks under what was read, and, where the node serves the tag, at or below it. */
export interface Finality {
  depth: number
}

/**
 * The highest final block; `null` while there is none. What a node says of its head and its tag only makes it lower: a
 * head far above its chain must not make final what a reorg may still undo.
 *
 * @param read height of the last block that was read and follows on the ones before; `null`: none was.
 */
export function finalHeight(
  read: number | null,
  head: Pick<ChainHead, 'height' | 'finalized'>,
  finality: Finality,
): number | null {
  if (read === null) return null
  const byDepth = Math.min(read, head.height) - finality.depth
  const height = head.finalized === null ? byDepth : Math.min(byDepth, head.finalized)
  return height < 0 ? null : height
}

/**
 * Proves that a block is final by its depth where no block above it was followed: asks for the headers that stand on it,
 * from the highest one down, each by the hash that the one above names.
 *
 * @returns the hash of the block at `height` that they stand on.
 * @throws ChainscreenError `node-missing-data` where the node does not have them, whatever it said of its head.
 */
export async function hashUnderDepth(
  source: Pick<ChainSource, 'hashAt' | 'header' | 'endpoint'>,
  height: number,
  { depth }: Finality,
  signal?: AbortSignal,
): Promise<string> {
  const missing = (at: number) =>
    new ChainscreenError(
      'node-missing-data',
      `The node at ${source.endpoint} does not have block ${at}, which would make block ${height} final: the height of its head may be wrong.`,
    )
  let hash = await source.hashAt(height + depth, signal)
  for (let at = height + depth; at > height; at--) {
    const header = hash === null ? null : await source.header(hash, signal)
    if (header === null || header.height !== at) throw missing(at)
    hash = header.parentHash
  }
  if (hash === null) throw missing(height)
  return hash
}
