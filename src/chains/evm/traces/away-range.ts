import type { TraceFailureKind } from './trace-failure.ts'

/**
 * Where a node's traces are away, as far as its blocks have told: below the lowest block that was traced since. Blocks are read
 * ahead, so at the edge of what a node keeps a later block is traced before the last ones without are done. These need no
 * waiting either, and those above do.
 */
export class AwayRange {
  #kind: TraceFailureKind | null = null
  /** The lowest block that was done without. */
  #from = 0
  /** The lowest block that was traced since. */
  #to = Number.POSITIVE_INFINITY

  /** Whether a block that fails in this way is one of them, so that asking for it again would change nothing. */
  has(kind: TraceFailureKind, height: number): boolean {
    if (kind !== this.#kind || height >= this.#to) return false
    // A state that is gone is gone for every older block. Nothing else says so much of them, once traces are back.
    return kind === 'gone' || height >= this.#from || this.#to === Number.POSITIVE_INFINITY
  }

  /** A block with transactions was done without its traces. */
  noteWithout(kind: TraceFailureKind, height: number): void {
    const isSame = kind === this.#kind && height < this.#to
    this.#from = isSame ? Math.min(this.#from, height) : height
    if (height >= this.#to) this.#to = Number.POSITIVE_INFINITY
    this.#kind = kind
  }

  /** The traces of a block with transactions were read. */
  noteTraced(height: number): void {
    if (this.#kind !== null) this.#to = Math.min(this.#to, height)
  }
}
