import { ChainscreenError } from '../diagnostics/errors.ts'
import type { BlockRef } from '../screening/types.ts'
import type { ChainSource } from './source.ts'

/** What is known of the branch that was followed so far. */
export interface KnownBranch {
  /** The hash of its block at a height; `undefined` where it was not read, or is not known any more. */
  hashAt(height: number): string | undefined
  /** The lowest block of it that was read, and that it may fork at. */
  lowest: number
  /** Blocks at or below it are final. */
  finalHeight: number | null
}

/**
 * Follows a new branch down by its parent hashes to the block it shares with the known branch.
 *
 * @param from a block of the new branch.
 * @returns the shared block; `null` when the branches part below all that was read.
 * @throws `deep-reorg` when they part below a final block. `node-missing-data` when the node has no header of its own branch,
 * `node-bad-answer` when its heights do not go down one by one: no header of Bitcoin proves its own.
 */
export async function walkBack(
  source: Pick<ChainSource, 'header'>,
  known: KnownBranch,
  from: Pick<BlockRef, 'hash' | 'height'>,
  signal?: AbortSignal,
): Promise<BlockRef | null> {
  for (let { hash, height } = from; ; height--) {
    const header = await source.header(hash, signal)
    if (header === null) {
      throw new ChainscreenError(
        'node-missing-data',
        `The node does not have block ${hash}, which its own chain builds on.`,
      )
    }
    if (header.height !== height) {
      throw new ChainscreenError(
        'node-bad-answer',
        `The node says that block ${hash} has height ${header.height}, and by the blocks that build on it it has ${height}.`,
      )
    }
    if (known.hashAt(header.height) === header.hash) return header
    if (known.finalHeight !== null && header.height <= known.finalHeight)
      throw deepReorg(header, known.finalHeight)
    if (header.height <= known.lowest) return null
    hash = header.parentHash
  }
}

function deepReorg(header: BlockRef, final: number): ChainscreenError {
  return new ChainscreenError(
    'deep-reorg',
    `The node's chain has block ${header.hash} at height ${header.height}, at or below the final height ${final}, and the ledger followed another one.`,
    {
      details: [
        'Either the node is on another chain or not in sync (check it first), or the network had a reorg below the final height.',
        'If the reorg is real: `chainscreen chains rewind CHAIN --to HEIGHT --dry-run` shows what it would undo; raise `finality.depth` afterwards.',
      ],
    },
  )
}
