import { ChainscreenError, type ErrorCode } from '../../diagnostics/errors.ts'
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
