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
