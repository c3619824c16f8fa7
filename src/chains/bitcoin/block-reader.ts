import type { RawBlock } from './scanned-block.ts'

/** One way to get a block and the outputs it spends from a node. */
export interface BlockReader {
  /** In a few words, for `doctor`. */
  readonly name: string
  /**
   * @throws ChainscreenError `node-missing-data` where the node has not (or no longer) the block or what it spends, `node-bad-answer`, and those of the connection
   */
  read(hash: string, signal?: AbortSignal): Promise<RawBlock>
}
