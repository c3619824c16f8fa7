import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { doubleSha256, rpcHex } from './double-sha256.ts'
import type { HeaderFields } from './rpc-schemas.ts'

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

/** The 80 bytes of a header that is told in fields. */
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
