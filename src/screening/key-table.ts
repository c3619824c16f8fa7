import { type Key, keyBytes } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { hashA, hashB, hashBytes, hashHex, hashHexBytes, hexDigit, hexWordOf } from './fingerprint.ts'
import { KeyFilter } from './key-filter.ts'
import type { OwnLookup } from './types.ts'

/** Made half full, and grown by a quarter a little later: at no size does an address take more than 17 bytes of it. */
const maxLoad = 0.6
const growth = 1.25

/** What the header holds, in words of 32 bits. */
const revisionAt = 0
/** One bit for each length that a script of the table has; the last one for all longer ones. */
const lengthsAt = 1
const longest = 255
const headerWords = 16

/** The memory of a table, for other threads: see {@link KeyTable.over}. */
export interface SharedKeys {
  /** Another one with each new `slots` or `filter`: the revision in it is never that of memory that it did not come with. */
  header: SharedArrayBuffer
  slots: SharedArrayBuffer
  filter: SharedArrayBuffer
}

/**
 * A compact table of addresses, one of own and one of listed ones: 8 bytes a slot, half of the slots taken, so 16
 * bytes an address when `capacityHint` is right, and up to 17 when the table had to grow; one or two more for a
 * {@link KeyFilter} before it. Only a 64-bit fingerprint of each address is kept: an answer of yes is wrong about once in 2^64 / size look-ups (2^40 for ten million addresses) and has
 * to be confirmed, an answer of no is never wrong.
 *
 * It lies in shared memory. One thread adds; others ask a table `over` the same memory, without locks: slots are only
 * ever filled, and `revision` says what is in it at least.
 */
export class KeyTable implements Omit<OwnLookup, 'has'> {
  #shared: SharedKeys
  /** See `headerWords`. */
  #header: Int32Array
  /** Fingerprints as pairs of 32 bits; a pair of zeros is a free slot. */
  #slots: Int32Array
  #capacity: number
  #size = 0
  readonly #filter: KeyFilter

  /**
   * @param capacityHint how many addresses will be added; the table grows by a quarter when there are more.
   * @param shared the memory of another thread's table, to ask.
   */
  constructor(capacityHint: number, shared?: SharedKeys) {
    const slots = shared?.slots ?? slotsOf(Math.max(16, Math.ceil(capacityHint) * 2))
    const header = shared?.header ?? new SharedArrayBuffer(headerWords * 4)
    this.#filter = new KeyFilter(capacityHint, shared?.filter)
    this.#shared = { header, slots, filter: this.#filter.memory }
    this.#header = new Int32Array(header)
    this.#slots = new Int32Array(slots)
    this.#capacity = this.#slots.length / 2
  }

  /** A table over the memory of another thread's. To be asked only: one thread adds. */
  static over(shared: SharedKeys): KeyTable {
    return new KeyTable(0, shared)
  }

  /** For other threads. Another object after the table grew: what they have then lacks what is added from then on. */
  get shared(): SharedKeys {
    return this.#shared
  }

  /**
   * The own revision up to which all addresses are in it; `-1` before {@link complete}. Read in one thread before a look-up, it says
   * which addresses that look-up can't have missed.
   */
  get revision(): number {
    return Atomics.load(this.#header, revisionAt) - 1
  }

  /** Says, after they were added, that all addresses up to a revision are in it. */
  complete(revision: number): void {
    Atomics.store(this.#header, revisionAt, revision + 1)
  }

  /** How many different addresses were added here. */
  get size(): number {
    return this.#size
  }

  /** Memory of the table. */
  get bytes(): number {
    const { header, slots } = this.#shared
    return header.byteLength + slots.byteLength + this.#filter.bytes
  }

  /** @throws ChainscreenError `failure` for a key that no watched chain can have */
  addKey(key: Key): void {
    if (key.startsWith('evm:') && key.length === 44) {
      this.#filter.addEvm(hashHex(key, 4))
    } else if (key.startsWith('bitcoin:')) this.#hashScript(keyBytes(key))
    else
      throw new ChainscreenError(
        'failure',
        `${key} can't be looked for on a watched chain: expected an EVM or Bitcoin key.`,
      )
    this.#insert(hashA, hashB)
  }

  /** @param keys one a line. Throws as {@link addKey}. */
  addKeys(keys: string): void {
    const bytes = Buffer.from(keys, 'latin1')
    let waiting = 0
    for (let at = 0; at < keys.length; ) {
      const end = bytes.indexOf(0x0a, at)
      const next = end === -1 ? keys.length : end
      if (next - at === 44 && keys.startsWith('evm:', at)) {
        this.#filter.addEvm(hashHexBytes(bytes, at + 4))
        pairs[waiting] = hashA
        pairs[waiting + 1] = hashB
        waiting += 2
        if (waiting === pairs.length) waiting = this.#insertAll(waiting)
      } else if (keys.startsWith('bitcoin:', at) && next - at - 8 <= scratch.length * 2) {
        const length = (next - at - 8) >> 1
        for (let i = 0, digit = at + 8; i < length; i++, digit += 2)
          scratch[i] = (hexDigit(bytes[digit] as number) << 4) | hexDigit(bytes[digit + 1] as number)
        this.#hashScript(scratch.subarray(0, length))
        this.#insert(hashA, hashB)
      } else this.addKey(keys.slice(at, next) as Key)
      at = next + 1
    }
    this.#insertAll(waiting)
  }

  /** Nothing but memory is waited for here, for several at a time. @returns how many are left: none. */
  #insertAll(count: number): 0 {
    for (let i = 0; i < count; i += 2) this.#insert(pairs[i] as number, pairs[i + 1] as number)
    return 0
  }

  /** Whether a key may have been added; also of a family that none can be added of, for which the answer is no. */
  mayHave(key: Key): boolean {
    if (key.startsWith('evm:') && key.length === 44) {
      return this.#mayHaveHex(key, 4)
    }
    if (!key.startsWith('bitcoin:')) return false
    const script = keyBytes(key)
    return this.mayHaveScript(script, 0, script.length)
  }

  /** @param hex `0x` and 40 hex digits, of any case. */
  mayHaveEvm(hex: string): boolean {
    if (hex.length !== 42) return false
    return this.#mayHaveHex(hex, 2)
  }

  /**
   * @param hex `0x` and 64 hex digits. A topic that is no zero-padded address (an amount, a token id) is never
   *   one here: Solidity and Vyper write zeros. Who knows the event asks for the last 20 bytes (`mayHaveEvm`).
   */
  mayHaveEvmTopic(hex: string): boolean {
    if (hex.length !== 66) return false
    for (let i = 2; i < 26; i++) if (hex.charCodeAt(i) !== 0x30) return false
    return this.#mayHaveHex(hex, 26)
  }

  #mayHaveHex(text: string, at: number): boolean {
    if (!this.#filter.mayHaveEvm(hexWordOf(text, at + 32))) return false
    hashHex(text, at)
    return this.#find()
  }

  /** Whether the scriptPubKey `bytes[start..end)` may be one of ours. */
  mayHaveScript(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#filter.mayHaveScript(bytes, start, end) || !this.#hasLength(end - start)) return false
    hashBytes(bytes, start, end)
    return this.#find()
  }

  /** An exchange uses few kinds of script, and the kinds differ in length: most foreign scripts need no hash. */
  #hasLength(length: number): boolean {
    const bit = Math.min(length, longest)
    return (((this.#header[lengthsAt + (bit >> 5)] ?? 0) >>> (bit & 31)) & 1) === 1
  }

  #hashScript(script: Uint8Array): void {
    const bit = Math.min(script.length, longest)
    const word = lengthsAt + (bit >> 5)
    this.#header[word] = (this.#header[word] ?? 0) | (1 << (bit & 31))
    this.#filter.addScript(script)
    hashBytes(script, 0, script.length)
  }

  #find(): boolean {
    const slots = this.#slots
    const a = hashA
    const b = hashB
    for (let i = firstSlot(a, this.#capacity); ; i = i + 2 === slots.length ? 0 : i + 2) {
      if (slots[i] === a && slots[i + 1] === b) return true
      if (slots[i] === 0 && slots[i + 1] === 0) return false
    }
  }

  #insert(a: number, b: number): void {
    const filter = this.#filter.memory
    if (filter !== this.#shared.filter) this.#replace({ filter })
    if (this.#size + 1 > this.#capacity * maxLoad) this.#grow()
    if (insert(this.#slots, this.#capacity, a, b)) this.#size += 1
  }

  /**
   * The place of a fingerprint depends on the fingerprint alone, so the addresses are not needed again. Places are in the order
   * of fingerprints, so both tables are gone through from the beginning to the end.
   */
  #grow(): void {
    const old = this.#slots
    const capacity = Math.ceil(this.#capacity * growth)
    const memory = slotsOf(capacity)
    const slots = new Int32Array(memory)
    for (let i = 0; i < old.length; i += 2) {
      const a = old[i] ?? 0
      const b = old[i + 1] ?? 0
      if (a !== 0 || b !== 0) insert(slots, capacity, a, b)
    }
    this.#replace({ slots: memory })
    this.#slots = slots
    this.#capacity = capacity
  }

  /** Takes other memory. Whoever still asks the old one keeps a revision that stays as it was. */
  #replace(parts: Partial<SharedKeys>): void {
    const header = new SharedArrayBuffer(headerWords * 4)
    const words = new Int32Array(header)
    words.set(this.#header)
    this.#shared = { ...this.#shared, header, ...parts }
    this.#header = words
  }
}

function slotsOf(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(capacity * 2 * 4)
}

/** @returns whether it was not there before */
function insert(slots: Int32Array, capacity: number, a: number, b: number): boolean {
  let i = firstSlot(a, capacity)
  while (slots[i] !== 0 || slots[i + 1] !== 0) {
    if (slots[i] === a && slots[i + 1] === b) return false
    i = i + 2 === slots.length ? 0 : i + 2
  }
  slots[i] = a
  slots[i + 1] = b
  return true
}

/** Spreads 32 bits over any capacity, not only powers of two; at most `capacity` slots of two numbers. */
function firstSlot(a: number, capacity: number): number {
  return Math.floor((a >>> 0) * (capacity / 2 ** 32)) * 2
}

/** A script on its way into a table. Longer ones are no address of a person. */
const scratch = new Uint8Array(1024)

/** Fingerprints on their way into a table. */
const pairs = new Int32Array(1 << 12)
