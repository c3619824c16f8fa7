import { ChainscreenError } from '../../errors.ts'
import type { RawBlock } from './scanned-block.ts'

/** One way to get a block and the outputs it spends from a node. */
export interface BlockReader {
  /** In a few words, for `doctor`. */
  readonly name: string
  /**
   * @throws SpentMissing where the node has the block and can't say what it spends; ChainscreenError `node-missing-data` where it has not (or no longer) the block, `node-bad-answer`, and those of the connection
   */
  read(hash: string, signal?: AbortSignal): Promise<RawBlock>
}

/** The node has a block, and can't say in this way what its inputs spend. Another way may. */
export class SpentMissing extends ChainscreenError {
  constructor(message: string, cause?: unknown) {
    super('node-missing-data', message, { cause })
  }
}
