/** Scripts of at least this length have bytes of a hash or a key from `peekAt` on, whatever their kind. */
const minLength = 12
const peekAt = 8

/**
 * Tells most foreign addresses from own ones by 32 bits of theirs, without a hash: one bit for each own address, in
 * 8 to 16 bits an address when `capacityHint` is right. Small enough that much of it stays in the processor's cache. A yes has to
 * be confirmed; a no is never wrong.
 */
export class KeyFilter {
  readonly #capacityHint: number
  /** A power of two, and none before the first address: an exchange may have none. */
  #bits: Int32Array<SharedArrayBuffer>
  #size = 0

  /**
   * @param capacityHint how many addresses will be added; the filter doubles when there are more.
   * @param memory that of a filter of another thread, which adds; here it is only asked.
   */
  constructor(capacityHint: number, memory = new SharedArrayBuffer(0)) {
    this.#capacityHint = capacityHint
    this.#bits = new Int32Array(memory)
  }

  /** Another one after the filter doubled. */
  get memory(): SharedArrayBuffer {
    return this.#bits.buffer
  }

  /** Memory of the filter. */
  get bytes(): number {
    return this.#bits.byteLength
  }

  addScript(script: Uint8Array): void {
    this.#makeRoom()
    if (script.length >= minLength) this.#set(peekScript(script, 0))
  }

  /** @param last the last 32 bits of an EVM address: contracts and vanity addresses have zeros in front. */
  addEvm(last: number): void {
    this.#makeRoom()
    this.#set(last)
  }

  /** Whether the script `bytes[start..end)` may have been added. */
  mayHaveScript(bytes: Uint8Array, start: number, end: number): boolean {
    return end - start < minLength || this.#has(peekScript(bytes, start))
  }

  /** Whether an EVM address with these last 32 bits may have been added. */
  mayHaveEvm(last: number): boolean {
    return this.#has(last)
  }

  #has(bit: number): boolean {
    return (((this.#bits[(bit >>> 5) & (this.#bits.length - 1)] ?? 0) >>> (bit & 31)) & 1) === 1
  }

  #set(bit: number): void {
    const word = (bit >>> 5) & (this.#bits.length - 1)
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31))
  }

  #makeRoom(): void {
    this.#size += 1
    if (this.#bits.length === 0)
      this.#bits = bitsOf(2 ** Math.ceil(Math.log2(Math.max(1, this.#capacityHint / 4))))
    else if (this.#size > this.#bits.length * 4) this.#double()
  }

  /** Twice the same: the addresses are not at hand, and each half of the new bits answers for all the old bits did. */
  #double(): void {
    const bits = bitsOf(this.#bits.length * 2)
    bits.set(this.#bits)
    bits.set(this.#bits, this.#bits.length)
    this.#bits = bits
  }
}

function bitsOf(words: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(words * 4))
}

function peekScript(bytes: Uint8Array, start: number): number {
  const at = start + peekAt
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}
