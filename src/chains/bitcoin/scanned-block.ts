import type { OwnLookup } from '../../screening/own.ts'
import type { ScreenableTx } from '../../screening/types.ts'
import { type BlockIndex, indexBlock } from './block-index.ts'
import { ByteReader } from './byte-reader.ts'
import { extractTransaction } from './extract-transaction.ts'
import { type BlockHeader, readHeader } from './header.ts'
import { indexSpent, type SpentIndex } from './spent-index.ts'
import { readTransaction } from './transaction.ts'

/** A block and the outputs it spends, as bytes in the forms of `/rest/block` and `/rest/spenttxouts`. Every way to read a node ends in this. */
export interface RawBlock {
  block: Uint8Array
  spent: Uint8Array
  /** Bytes the node sent for it. */
  received: number
}

/** A block whose bytes were checked, ready to be looked through. */
export class ScannedBlock {
  readonly header: BlockHeader
  readonly index: BlockIndex
  readonly #raw: RawBlock
  readonly #spent: SpentIndex

  /** @throws ChainscreenError `node-bad-answer` where the bytes are not this block, or the spent outputs not this block's */
  constructor(raw: RawBlock, hash: string) {
    const reader = new ByteReader(raw.block, `Block ${hash}`)
    this.header = readHeader(reader, hash)
    this.index = indexBlock(reader)
    this.#raw = raw
    this.#spent = indexSpent(
      new ByteReader(raw.spent, `Spent outputs of block ${hash}`),
      this.index.inputCounts,
    )
  }

  /** What touches own addresses: looks up each script in place, and builds only the transactions with a hit. */
  extract(own: OwnLookup): ScreenableTx[] {
    const { block, spent } = this.#raw
    const { starts, outputs } = this.index
    const found: ScreenableTx[] = []
    for (let tx = 0; tx < starts.length; tx++) {
      if (!outputs.mayTouch(tx, block, own) && !this.#spent.scripts.mayTouch(tx, spent, own)) continue
      const transaction = readTransaction(block, starts[tx] ?? 0, spent, this.#spent.starts[tx] ?? 0)
      const screenable = extractTransaction(transaction, own)
      if (screenable !== null) found.push(screenable)
    }
    return found
  }
}
