/** Scripts of at least this length have bytes of a hash or a key from `peekAt` on, whatever their kind. */
const minLength = 12
const peekAt = 8

/**
 * Tells most foreign scripts from own ones by four bytes of theirs, without a hash: one bit for each own script, in
 * 8 to 16 bits a script when `capacityHint` is right. A yes has to be confirmed; a no is never wrong.
 */
export class ScriptFilter {
  readonly #capacityHint: number
  /** A power of two, and none before the first script: an exchange may have none. */
  #bits = new Int32Array(0)
  #scripts = 0

  /** @param capacityHint how many scripts will be added; the filter doubles when there are more. */
  constructor(capacityHint: number) {
    this.#capacityHint = capacityHint
  }

  /** Memory of the filter. */
  get bytes(): number {
    return this.#bits.byteLength
  }

  add(script: Uint8Array): void {
    this.#scripts += 1
    if (this.#bits.length === 0)
      this.#bits = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(1, this.#capacityHint / 4))))
    else if (this.#scripts > this.#bits.length * 4) this.#double()
    if (script.length < minLength) return
    const bit = peek(script, 0)
    const word = (bit >>> 5) & (this.#bits.length - 1)
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31))
  }

  /** Whether the script `bytes[start..end)` may have been added. */
  mayHave(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < minLength) return true
    const bit = peek(bytes, start)
    return (((this.#bits[(bit >>> 5) & (this.#bits.length - 1)] ?? 0) >>> (bit & 31)) & 1) === 1
  }

  /** Twice the same: the scripts are not at hand, and each half of the new bits answers for all the old bits did. */
  #double(): void {
    const bits = new Int32Array(this.#bits.length * 2)
    bits.set(this.#bits)
    bits.set(this.#bits, this.#bits.length)
    this.#bits = bits
  }
}

function peek(bytes: Uint8Array, start: number): number {
  const at = start + peekAt
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}
