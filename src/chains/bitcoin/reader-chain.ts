import { type BlockReader, SpentMissing } from './block-reader.ts'
import type { RawBlock } from './scanned-block.ts'

/** Several ways to read a node, the best first; the next one is for blocks of which the one before can't say what they spend. */
export class ReaderChain implements BlockReader {
  readonly #readers: readonly [BlockReader, ...BlockReader[]]

  constructor(readers: readonly [BlockReader, ...BlockReader[]]) {
    this.#readers = readers
  }

  get name(): string {
    return this.#readers[0].name
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    let missing: SpentMissing | undefined
    for (const reader of this.#readers) {
      try {
        return await reader.read(hash, signal)
      } catch (error) {
        if (!(error instanceof SpentMissing)) throw error
        missing = error
      }
    }
    throw missing
  }
}
