import { type BlockIndex, indexBlock } from './block-index.ts'
import { ByteReader } from './byte-reader.ts'
import { type BlockHeader, readHeader } from './header.ts'
import { indexSpent, type SpentIndex } from './spent-index.ts'
import { readTransaction, type Transaction } from './transaction.ts'

/** A block and the outputs it spends, as bytes in the forms of `/rest/block` and `/rest/spenttxouts`. Every way to read a node ends in this. */
export interface RawBlock {
  block: Uint8Array
  /** `null` where the node does not say what inputs spend. */
  spent: Uint8Array | null
  /** Bytes the node sent for it. */
  received: number
}

/** A block whose bytes were checked, ready to be looked through. */
export interface ScannedBlock {
  header: BlockHeader
  bytes: Uint8Array
  index: BlockIndex
  /** The outputs it spends, and where they stand; `null` where the node does not say what inputs spend. */
  spent: (SpentIndex & { bytes: Uint8Array }) | null
}

/** @throws ChainscreenError `node-bad-answer` where the bytes are not this block, or the spent outputs not this block's */
export function scanBlock({ block, spent }: Pick<RawBlock, 'block' | 'spent'>, hash: string): ScannedBlock {
  const reader = new ByteReader(block, `Block ${hash}`)
  const header = readHeader(reader, hash)
  const index = indexBlock(reader)
  if (spent === null) return { header, bytes: block, index, spent: null }
  const outputs = new ByteReader(spent, `Spent outputs of block ${hash}`)
  return { header, bytes: block, index, spent: { bytes: spent, ...indexSpent(outputs, index.inputCounts) } }
}

/** @param tx its place in the block */
export function transactionOf({ bytes, index, spent }: ScannedBlock, tx: number): Transaction {
  const start = spent?.starts[tx]
  const list = spent === null || start === undefined ? null : { bytes: spent.bytes, start }
  return readTransaction(bytes, index.starts[tx] ?? 0, list)
}
