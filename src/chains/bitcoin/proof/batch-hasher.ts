import { readFileSync } from 'node:fs'

/** No block has so many transactions: 4,000,000 bytes, of at least 60 bytes each. */
const maxMessages = 131_072

/** Compiled from assembly/sha256-lanes.ts; the path is the same from `src` and from `dist`. */
const compiled = new URL('../../../../dist/chains/bitcoin/proof/sha256-lanes.wasm', import.meta.url)

/** The types of Node.js have no WebAssembly without those of a browser. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => { exports: object }
}

/** An address in the module's memory. */
interface Address {
  value: number
}

/** What assembly/sha256-lanes.ts exports. */
interface Lanes {
  memory: { buffer: ArrayBuffer }
  initialState: Address
  state: Address
  masks: Address
  paddingOf64: Address
  tails: Address
  free: Address
  compress(from: number, p0: number, p1: number, p2: number, p3: number, take: number): void
  hashState(): void
  write(q0: number, q1: number, q2: number, q3: number): void
}

/** Messages, by where they begin in `memory` and how long they are. */
export interface Messages {
  starts: Uint32Array
  lengths: Uint32Array
}

/**
 * SHA-256, once or twice, of many messages that stand in its memory, four at a time. Proving a block takes some ten thousand
 * hashes of a few hundred bytes. A call to node:crypto costs more than such a hash, and no kept library hashes many messages twice.
 */
export class BatchHasher {
  /** The messages go here, from `free` on. */
  readonly memory: Uint8Array
  /** The first byte of `memory` that is the caller's. */
  readonly free: number
  readonly #lanes: Lanes
  readonly #view: DataView
  readonly #initialState: number
  readonly #state: number
  /** Five masks of 16 bytes: all lanes, all but the first, … none. */
  readonly #masks: number
  /** Second block of a message of 64 bytes. */
  readonly #paddingOf64: number
  /** Two blocks a lane, for the end of a message and its padding. */
  readonly #tails: number
  /** Of the four messages under way: where they begin, how many whole blocks they have, and blocks with their padding. */
  readonly #starts = new Int32Array(4)
  readonly #wholes = new Int32Array(4)
  readonly #blocks = new Int32Array(4)

  constructor() {
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(new Uint8Array(readFileSync(compiled))),
    )
    const lanes = exports as Lanes
    const { buffer } = lanes.memory
    this.#lanes = lanes
    this.memory = new Uint8Array(buffer)
    this.free = lanes.free.value
    this.#view = new DataView(buffer)
    this.#initialState = lanes.initialState.value
    this.#state = lanes.state.value
    this.#masks = lanes.masks.value
    this.#paddingOf64 = lanes.paddingOf64.value
    this.#tails = lanes.tails.value
    for (let kept = 0; kept <= 4; kept++)
      this.memory.fill(0xff, this.#masks + 20 * kept, this.#masks + 16 * (kept + 1))
    this.memory[this.#paddingOf64] = 0x80
    this.#view.setUint32(this.#paddingOf64 + 60, 512)
  }

  /** Bytes of messages and digests that fit. */
  get room(): number {
    return this.memory.length - this.free
  }

  /**
   * Hashes each message, and writes the digests behind each other from `target` on; overwrites 96 bytes after them.
   *
   * @param times 2 is Bitcoin's hash of transactions
   */
  hashAll({ starts, lengths }: Messages, target: number, times: 1 | 2 = 2): void {
    const count = starts.length
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
      if (times === 2) this.#lanes.hashState()
      this.#lanes.write(places[0] as number, places[1] as number, places[2] as number, places[3] as number)
    }
  }

  /** Hashes each 64 bytes from `source` on, and writes the digests behind each other to `target`; both may be the same. */
  hashPairs(source: number, count: number, target: number): void {
    const pad = this.#paddingOf64
    for (let i = 0; i < count; i += 4) {
      const p = source + 64 * i
      const q = target + 32 * i
      this.#lanes.compress(this.#initialState, p, p + 64, p + 128, p + 192, this.#masks)
      this.#lanes.compress(this.#state, pad, pad, pad, pad, this.#masks)
      this.#lanes.hashState()
      this.#lanes.write(q, q + 32, q + 64, q + 96)
    }
  }

  /** Takes a message into a lane: what is left of it behind its whole blocks is copied, and padded. */
  #begin(lane: number, start: number, length: number): void {
    const tail = this.#tails + 128 * lane
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
      const state = block === 0 ? this.#initialState : this.#state
      const at = 64 * block
      this.#lanes.compress(state, s0 + at, s1 + at, s2 + at, s3 + at, this.#masks)
    }
    for (; block < (this.#blocks[3] as number); block++) {
      while ((this.#blocks[done] as number) <= block) done++
      const state = block === 0 ? this.#initialState : this.#state
      const mask = this.#masks + 16 * done
      this.#lanes.compress(
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
      : this.#tails + 128 * lane + (beyond > 0 ? 64 : 0)
  }
}

/** With padding: a one bit, and 8 bytes for the length. */
function blocksOf(length: number): number {
  return Math.floor((length + 8) / 64) + 1
}
