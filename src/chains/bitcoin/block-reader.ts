import { ChainscreenError, type ErrorCode, isMissing, messageOf } from '../../diagnostics/errors.ts'
import type { RawBlock } from './scanned-block.ts'

/** One method to get a block and the outputs it spends from a node. */
export interface BlockReader {
  /** In a few words, for `doctor`. */
  readonly name: string
  /**
   * @throws SpentMissing where the node has the block and can't say what it spends; MethodUnavailable where the node does not serve the method (any more); ChainscreenError `node-missing-data` where it has not (or no longer has) the block, `node-bad-answer`, and those of the connection
   */
  read(hash: string, signal?: AbortSignal): Promise<RawBlock>
}

/** The node has a block, and can't say by this method what its inputs spend. Another method may. */
export class SpentMissing extends ChainscreenError {
  constructor(message: string, cause?: unknown) {
    super('node-missing-data', message, { cause })
  }
}

/** The node, or a proxy in front of it, does not serve this method. It says nothing of the block: another method may have it. */
export class MethodUnavailable extends ChainscreenError {
  /** What was answered, in a few words: `HTTP 403`. */
  readonly found: string

  constructor(code: ErrorCode, message: string, found: string) {
    super(code, message)
    this.found = found
  }
}

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
