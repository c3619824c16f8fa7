import { ChainscreenError, isMissing, messageOf } from '../../errors.ts'
import { SpentMissing } from './block-reader.ts'

/**
 * What to tell of a block that could not be read: where the node has not the block itself, that, in the words of who asked
 * for a height. A pruned node knows the hashes of blocks it has not; a recording, or a node on a shorter branch, does not.
 */
export function absentBlock(error: unknown, endpoint: string, height: number): unknown {
  if (!isMissing(error) || error instanceof SpentMissing) return error
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} has no block ${height} (it may be pruned).`,
    { details: [messageOf(error)], cause: error },
  )
}
