import { createHash } from 'node:crypto'
import { ChainscreenError } from '../../diagnostics/errors.ts'

/**
 * Walks over bytes in Bitcoin's serialisation, in place. Every read is checked against the end, so that a
 * truncated or hostile answer is an error and never an allocation.
 *
 * Methods throw `node-bad-answer` and name what was read.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  position = 0
  readonly #view: DataView
  readonly #what: string

  /** @param what whose bytes these are, for errors: `block 0000…`. */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  get remaining(): number {
    return this.bytes.length - this.position
  }

  fail(problem: string): never {
    throw new ChainscreenError(
      'node-bad-answer',
      `${this.#what}: ${problem} at byte ${this.position} of ${this.bytes.length}; the node's answer is damaged.`,
    )
  }

  advance(length: number): void {
    if (length > this.bytes.length - this.position) this.fail(`${length} more bytes announced than are there`)
    this.position += length
  }

  u8(): number {
    const byte = this.bytes[this.position]
    if (byte === undefined) this.fail('the data ends early')
    this.position += 1
    return byte
  }

  u32(): number {
    const at = this.position
    this.advance(4)
    return this.#view.getUint32(at, true)
  }

  i64(): bigint {
    const at = this.position
    this.advance(8)
    return this.#view.getBigInt64(at, true)
  }

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    const at = this.position
    this.advance(length)
    return this.bytes.subarray(at, at + length)
  }

  /** A CompactSize in its shortest form, as Bitcoin Core demands (src/serialize.h, ReadCompactSize). */
  compactSize(): number {
    const first = this.u8()
    if (first < 0xfd) return first
    const at = this.position
    if (first === 0xfd) {
      this.advance(2)
      const size = this.#view.getUint16(at, true)
      return size >= 0xfd ? size : this.fail('a length in more bytes than it needs')
    }
    if (first === 0xff) this.fail('a length beyond any block')
    const size = this.u32()
    return size > 0xffff ? size : this.fail('a length in more bytes than it needs')
  }

  /** A number of things of at least `minBytes` each: more than fit into the rest is an error. */
  count(minBytes: number): number {
    const count = this.compactSize()
    if (count * minBytes > this.remaining) this.fail(`${count} items announced, more than the data can hold`)
    return count
  }

  /** Steps over a length and that many bytes. */
  advanceVar(): void {
    this.advance(this.compactSize())
  }

  /** A length and that many bytes, not copied. */
  takeVar(): Uint8Array {
    return this.take(this.compactSize())
  }

  end(): void {
    if (this.remaining > 0) this.fail(`${this.remaining} bytes too many`)
  }
}

/** Puts bytes together in Bitcoin's serialisation. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = []

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes)
  }

  /** @param value satoshi, below 2^63 */
  amount(value: bigint): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(value)
    this.#parts.push(bytes)
  }

  compactSize(size: number): void {
    const [width, marker] = size < 0xfd ? [1] : size <= 0xffff ? [2, 0xfd] : [4, 0xfe]
    const bytes = Buffer.alloc(width)
    bytes.writeUIntLE(size, 0, width)
    if (marker !== undefined) this.bytes(Uint8Array.of(marker))
    this.bytes(bytes)
  }

  join(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** @throws ChainscreenError `node-bad-answer` where a node's text is no hex */
export function hexBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'hex')
  if (bytes.length * 2 === text.length) return bytes
  throw new ChainscreenError('node-bad-answer', `A block has "${text.slice(0, 40)}" where hex should be.`)
}

/** SHA-256 of the SHA-256 of the parts joined: Bitcoin's hash of headers and transactions. */
export function doubleSha256(...parts: readonly Uint8Array[]): Buffer {
  const first = createHash('sha256')
  for (const part of parts) first.update(part)
  return createHash('sha256').update(first.digest()).digest()
}

/** A hash as RPC writes it: hex, byte order reversed. */
export function rpcHex(hash: Uint8Array): string {
  return Buffer.from(hash).reverse().toString('hex')
}
