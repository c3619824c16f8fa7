/** Enough for what a backfill holds at once; beyond it memory goes back to the system. */
const mostKept = 64
/** What is shorter costs little; what is longer is rare, and no reason to keep so much. */
const leastBytes = 64 * 1024
const mostBytes = 4 * 1024 * 1024

/**
 * Memory for blocks, used again. A backfill reads hundreds of megabytes a second: as new buffers they would cost more
 * in garbage collection than the scanning of all the blocks in them.
 */
export class BufferPool {
  readonly #free: ArrayBuffer[] = []
  readonly #ours = new WeakSet<ArrayBufferLike>()

  /** Not cleared: whoever takes it fills it. `null` for a length that is not worth it. */
  take(length: number): Buffer | null {
    if (!(length >= leastBytes && length <= mostBytes)) return null
    const size = 2 ** Math.ceil(Math.log2(length))
    const kept = this.#free.findLastIndex(({ byteLength }) => byteLength === size)
    const [memory = this.#allocate(size)] = kept === -1 ? [] : this.#free.splice(kept, 1)
    return Buffer.from(memory, 0, length)
  }

  /**
   * Takes memory back when nobody will read it any more, as another thread would take it over: every view of it has a length of
   * 0 from then on. Buffers of elsewhere, and those that were given before, are left alone.
   */
  give({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer) || !this.#ours.delete(buffer)) return
    const memory = structuredClone(buffer, { transfer: [buffer] })
    this.#ours.add(memory)
    // Sizes that are not asked for any more make room for those that are.
    if (this.#free.push(memory) > mostKept) this.#free.shift()
  }

  #allocate(size: number): ArrayBuffer {
    const memory = new ArrayBuffer(size)
    this.#ours.add(memory)
    return memory
  }
}
