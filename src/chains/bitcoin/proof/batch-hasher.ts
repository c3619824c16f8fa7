import { sha256Constants, sha256Initial } from './sha256-constants.ts'
import { layout, pageBytes, sha256Module } from './sha256-module.ts'

/** 10 MiB: room for the largest block, and the digests of the most transactions it can have. */
const pages = 160

/** No block has so many transactions: 4,000,000 bytes, of at least 60 bytes each. */
const maxMessages = 131_072

type Compress = (state: number, p0: number, p1: number, p2: number, p3: number, mask: number) => void
type Finish = (q0: number, q1: number, q2: number, q3: number) => void

/** The types of Node.js have no WebAssembly without those of a browser. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => { exports: Readonly<Record<string, unknown>> }
}

/** Messages, by where they begin in `memory` and how long they are. */
export interface Messages {
  starts: Uint32Array
  lengths: Uint32Array
}

/** SHA-256, once or twice, of many messages that stand in its memory, four at a time. */
export class BatchHasher {
  /** What is hashed is put here, from `layout.free` on. */
  readonly memory: Uint8Array
  readonly #view: DataView
  readonly #compress: Compress
  readonly #finish: Finish
  readonly #write: Finish
  /** Of the four messages under way: where they begin, how many whole blocks they have, and blocks with their padding. */
  readonly #starts = new Int32Array(4)
  readonly #wholes = new Int32Array(4)
  readonly #blocks = new Int32Array(4)

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(sha256Module(pages)))
    const { buffer } = exports.memory as { buffer: ArrayBuffer }
    this.memory = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
    this.#compress = exports.compress as Compress
    this.#finish = exports.finish as Finish
    this.#write = exports.write as Finish
    const spread = (at: number, words: readonly number[]) => {
      for (let i = 0; i < 4 * words.length; i++)
        this.#view.setUint32(at + 4 * i, words[i >> 2] as number, true)
    }
    spread(layout.initialState, sha256Initial)
    spread(layout.constants, sha256Constants)
    for (let kept = 0; kept <= 4; kept++)
      this.memory.fill(0xff, layout.masks + 20 * kept, layout.masks + 16 * (kept + 1))
    this.memory[layout.paddingOf64] = 0x80
    this.#view.setUint32(layout.paddingOf64 + 60, 512)
  }

  /** Bytes of messages and digests that find room. */
  get room(): number {
    return pages * pageBytes - layout.free
  }

  /**
   * Hashes each message, and writes the digests behind each other from `target` on; overwrites 96 bytes after them.
   *
   * @param times 2 is Bitcoin's hash of transactions
   */
  hashAll({ starts, lengths }: Messages, target: number, times: 1 | 2 = 2): void {
    const count = starts.length
    const finish = times === 1 ? this.#write : this.#finish
    // Lanes run as long as the longest of four: so messages of one length go together.
    const order = new Float64Array(count)
    for (let i = 0; i < count; i++) order[i] = (lengths[i] as number) * maxMessages + i
    order.sort()
    const places = new Int32Array(4)
    for (let first = 0; first < count; first += 4) {
      for (let lane = 0; lane < 4; lane++) {
        const missing = first + lane >= count
        const message = (order[missing ? count - 1 : first + lane] as number) % maxMessages
        this.#begin(lane, starts[message] as number, lengths[message] as number)
        places[lane] = target + 32 * (missing ? count + lane - 1 : message)
      }
      this.#run()
      finish(places[0] as number, places[1] as number, places[2] as number, places[3] as number)
    }
  }

  /** Hashes each 64 bytes from `source` on, and writes the digests behind each other to `target`; both may be the same. */
  hashPairs(source: number, count: number, target: number): void {
    const pad = layout.paddingOf64
    for (let i = 0; i < count; i += 4) {
      const p = source + 64 * i
      const q = target + 32 * i
      this.#compress(layout.initialState, p, p + 64, p + 128, p + 192, layout.masks)
      this.#compress(layout.state, pad, pad, pad, pad, layout.masks)
      this.#finish(q, q + 32, q + 64, q + 96)
    }
  }

  /** Takes a message into a lane: what is left of it behind its whole blocks is copied, and padded. */
  #begin(lane: number, start: number, length: number): void {
    const tail = layout.tails + 128 * lane
    const rest = length % 64
    const end = start + length
    this.memory.copyWithin(tail, end - rest, end)
    this.memory.fill(0, tail + rest, tail + 128)
    this.memory[tail + rest] = 0x80
    this.#view.setUint32(tail + (rest < 56 ? 60 : 124), length * 8)
    this.#starts[lane] = start
    this.#wholes[lane] = (length - rest) / 64
    this.#blocks[lane] = blocksOf(length)
  }

  /** The first SHA-256 of the four messages; they stand in the order of their lengths. */
  #run(): void {
    const [s0, s1, s2, s3] = this.#starts as unknown as [number, number, number, number]
    let done = 0
    let block = 0
    for (; block < (this.#wholes[0] as number); block++) {
      const state = block === 0 ? layout.initialState : layout.state
      const at = 64 * block
      this.#compress(state, s0 + at, s1 + at, s2 + at, s3 + at, layout.masks)
    }
    for (; block < (this.#blocks[3] as number); block++) {
      while ((this.#blocks[done] as number) <= block) done++
      const state = block === 0 ? layout.initialState : layout.state
      const mask = layout.masks + 16 * done
      this.#compress(
        state,
        this.#at(0, block),
        this.#at(1, block),
        this.#at(2, block),
        this.#at(3, block),
        mask,
      )
    }
  }

  /** Where a message's block stands; of one that is over, any. */
  #at(lane: number, block: number): number {
    const beyond = block - (this.#wholes[lane] as number)
    return beyond < 0
      ? (this.#starts[lane] as number) + 64 * block
      : layout.tails + 128 * lane + (beyond > 0 ? 64 : 0)
  }
}

/** With padding: a one bit, and 8 bytes for the length. */
function blocksOf(length: number): number {
  return Math.floor((length + 8) / 64) + 1
}
