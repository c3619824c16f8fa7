import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type BlockIndex, indexBlock, indexSpent, type SpentIndex } from './block-index.ts'
import { ByteReader, doubleSha256, rpcHex } from './bytes.ts'
import type { HeaderFields } from './rpc-schemas.ts'
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

export const headerBytes = 80

export interface BlockHeader {
  /** In RPC order, like `parentHash`; the genesis block's parent is 64 zeros. */
  hash: string
  parentHash: string
  /** Unix seconds. */
  time: number
  /** In the byte order of the header. */
  merkleRoot: Uint8Array
  /** The target of its proof of work, in compact form. */
  bits: number
}

/**
 * Reads the 80 bytes a block begins with (version, parent, merkle root, time, bits, nonce) and proves that they are the block that was asked for.
 *
 * @throws ChainscreenError `node-bad-answer` where they hash to something else, or are too few
 */
export function readHeader(reader: ByteReader, askedHash: string): BlockHeader {
  const raw = reader.take(headerBytes)
  const hash = rpcHex(doubleSha256(raw))
  if (hash !== askedHash) {
    throw new ChainscreenError(
      'node-bad-answer',
      `The node was asked for block ${askedHash} and served block ${hash}.`,
    )
  }
  const numbers = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  return {
    hash,
    parentHash: rpcHex(raw.subarray(4, 36)),
    merkleRoot: raw.subarray(36, 68),
    time: numbers.readUInt32LE(68),
    bits: numbers.readUInt32LE(72),
  }
}

/** The 80 bytes of a header, from the fields that RPC names. */
export function writeHeader(fields: HeaderFields): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeInt32LE(fields.version, 0)
  header.set(reversed(fields.previousblockhash ?? '00'.repeat(32)), 4)
  header.set(reversed(fields.merkleroot), 36)
  header.writeUInt32LE(fields.time, 68)
  header.set(reversed(fields.bits), 72)
  header.writeUInt32LE(fields.nonce, 76)
  return header
}

function reversed(hex: string): Buffer {
  return Buffer.from(hex, 'hex').reverse()
}
