/** Of checksums worked out for parts that are put together, and of parts looked at: far more than pages of remarks need. */
const mostChecksums = 2_000
const mostParts = 300_000

/** How much work one text may make: a hostile one must not keep anybody waiting. What was left undone is told. */
export class Effort {
  #checksums = mostChecksums
  #parts = mostParts
  #isSpent = false

  get isSpent(): boolean {
    return this.#isSpent
  }

  /** Whether one more checksum may be worked out. */
  checksum(): boolean {
    return this.#take(--this.#checksums)
  }

  /** Whether one more part may be looked at. */
  part(): boolean {
    return this.#take(--this.#parts)
  }

  #take(left: number): boolean {
    if (left < 0) this.#isSpent = true
    return left >= 0
  }
}
