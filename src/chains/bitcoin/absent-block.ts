import { ChainscreenError, isMissing, messageOf } from '../../diagnostics/errors.ts'
import { MethodUnavailable, SpentMissing } from './block-reader.ts'

/**
 * What to tell of a block that could not be read: where the node has not the block itself, that, in the words of who asked
 * for a height. A pruned node knows the hashes of blocks it has not; a recording, or a node on a shorter branch, does not.
 */
export function absentBlock(error: unknown, endpoint: string, height: number): unknown {
  const isOfMethod = error instanceof SpentMissing || error instanceof MethodUnavailable
  if (!isMissing(error) || isOfMethod) return error
  const words = messageOf(error)
  const { why, advice = '' } = whyAbsent(words)
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} has no block ${height} (${why})${advice}.`,
    { details: [words], cause: error },
  )
}

/** Core's words: https://github.com/bitcoin/bitcoin/blob/v30.0/src/rpc/blockchain.cpp, `CheckBlockDataAvailability`. */
function whyAbsent(words: string): { why: string; advice?: string } {
  if (words.includes('pruned data'))
    return { why: 'it is pruned', advice: ': read it from a node that keeps all its blocks (prune=0)' }
  if (words.includes('not fully downloaded'))
    return { why: 'not downloaded yet: it began with a snapshot of the chain' }
  return { why: 'it may be pruned' }
}
