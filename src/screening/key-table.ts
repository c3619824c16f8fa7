import { type Key, keyBytes } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { ScriptFilter } from './script-filter.ts'
import type { OwnLookup } from './types.ts'

/** Made half full, and grown a little later, so that one address more than expected does not cost half as much again. */
const maxLoad = 0.55

/**
 * A compact table of addresses, one of own and one of listed ones: 8 bytes a slot, half of the slots taken, so 16
 * bytes an address when `capacityHint` is right, and up to 22 when the table had to grow; for scripts one or two more,
 * see {@link ScriptFilter}. Only a 64-bit fingerprint of each address is kept: an answer of yes is wrong about once in 2^64 / size look-ups (2^40 for ten million addresses) and has
 * to be confirmed, an answer of no is never wrong.
 */
export class KeyTable implements Omit<OwnLookup, 'has'> {
  /** Fingerprints as pairs of 32 bits; a pair of zeros is a free slot. */
  #slots: Int32Array
  #capacity: number
  #size = 0
  /** An exchange uses few kinds of script, and the kinds differ in length: most foreign scripts need no hash. */
  readonly #scriptLengths = new Set<number>()
  readonly #scripts: ScriptFilter

  /** @param capacityHint how many addresses will be added; the table grows by half when there are more. */
  constructor(capacityHint: number) {
    this.#capacity = Math.max(16, Math.ceil(capacityHint) * 2)
    this.#slots = new Int32Array(this.#capacity * 2)
    this.#scripts = new ScriptFilter(capacityHint)
  }

  /** How many different addresses were added. */
  get size(): number {
    return this.#size
  }

  /** Memory of the table. */
  get bytes(): number {
    return this.#slots.byteLength + this.#scripts.bytes
  }

  /** @throws ChainscreenError `failure` for a key that no watched chain can have */
  addKey(key: Key): void {
    if (key.startsWith('evm:') && key.length === 44) hashHex(key, 4)
    else if (key.startsWith('bitcoin:')) this.#hashScript(keyBytes(key))
    else
      throw new ChainscreenError(
        'failure',
        `${key} can't be looked for on a watched chain: expected an EVM or Bitcoin key.`,
      )
    if (this.#size + 1 > this.#capacity * maxLoad) this.#grow()
    if (insert(this.#slots, this.#capacity, hashA, hashB)) this.#size += 1
  }

  /** Whether a key may have been added; also of a family that none can be added of, for which the answer is no. */
  mayHave(key: Key): boolean {
    if (key.startsWith('evm:') && key.length === 44) {
      hashHex(key, 4)
      return this.#find()
    }
    if (!key.startsWith('bitcoin:')) return false
    const script = keyBytes(key)
    return this.mayHaveScript(script, 0, script.length)
  }

  /** @param hex `0x` and 40 hex digits, of any case. */
  mayHaveEvm(hex: string): boolean {
    if (hex.length !== 42) return false
    hashHex(hex, 2)
    return this.#find()
  }

  /**
   * @param hex `0x` and 64 hex digits. A topic that is no zero-padded address (an amount, a token id) is never
   *   one here: Solidity and Vyper write zeros. Who knows the event asks for the last 20 bytes (`mayHaveEvm`).
   */
  mayHaveEvmTopic(hex: string): boolean {
    if (hex.length !== 66) return false
    for (let i = 2; i < 26; i++) if (hex.charCodeAt(i) !== 0x30) return false
    hashHex(hex, 26)
    return this.#find()
  }

  /** Whether the scriptPubKey `bytes[start..end)` may be one of ours. */
  mayHaveScript(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#scripts.mayHave(bytes, start, end) || !this.#scriptLengths.has(end - start)) return false
    hashBytes(bytes, start, end)
    return this.#find()
  }

  #hashScript(script: Uint8Array): void {
    this.#scriptLengths.add(script.length)
    this.#scripts.add(script)
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

  /** The place of a fingerprint depends on the fingerprint alone, so the addresses are not needed again. */
  #grow(): void {
    const old = this.#slots
    const capacity = Math.ceil(this.#capacity * 1.5)
    const slots = new Int32Array(capacity * 2)
    for (let i = 0; i < old.length; i += 2) {
      const a = old[i] ?? 0
      const b = old[i + 1] ?? 0
      if (a !== 0 || b !== 0) insert(slots, capacity, a, b)
    }
    this.#slots = slots
    this.#capacity = capacity
  }
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

/** The two halves of the latest fingerprint: module variables, because a pair as an object would be garbage per look-up. */
let hashA = 0
let hashB = 0

/** What the next fingerprint is made of, for the same reason. */
let words = new Int32Array(16)

const evmSeed = 0x5bd1e995
const scriptSeed = 0x1b873593

/**
 * Two lanes over the first `count` words. Neither loses bits on the way; they differ in the order of steps and in
 * constants, so that they fall together only by chance. Ends with the finaliser of MurmurHash3 (public domain,
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp) on each.
 */
function hashWords(count: number, seed: number): void {
  let a = seed | 0
  let b = ~seed
  for (let i = 0; i < count; i++) {
    const word = words[i] ?? 0
    a = Math.imul(a ^ word, 0x85ebca6b)
    a = (((a << 13) | (a >>> 19)) + 0x2545f491) | 0
    const c = Math.imul(word, 0xc2b2ae35)
    b ^= (c << 15) | (c >>> 17)
    b = Math.imul((b << 17) | (b >>> 15), 0x27d4eb2f)
  }
  a = fmix32((a + Math.imul(b, 0x165667b1)) | 0)
  b = fmix32((b + Math.imul(a, 0x9e3779b1)) | 0)
  hashA = a
  hashB = a === 0 && b === 0 ? 1 : b
}

function fmix32(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Forty hex digits from `at`. */
function hashHex(text: string, at: number): void {
  for (let i = 0; i < 5; i++) {
    const from = at + i * 8
    let word = 0
    for (let j = from; j < from + 8; j++) {
      const code = text.charCodeAt(j)
      // '0'-'9' are 0x30-0x39; 'A'-'F' and 'a'-'f' have bit 6 set and 1-6 in the low bits.
      word = (word << 4) | ((code & 15) + (code >> 6) * 9)
    }
    words[i] = word
  }
  hashWords(5, evmSeed)
}

function hashBytes(bytes: Uint8Array, start: number, end: number): void {
  const count = (end - start + 3) >> 2
  if (count > words.length) words = new Int32Array(count)
  let i = start
  let at = 0
  for (; i + 4 <= end; i += 4) {
    words[at++] =
      byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24)
  }
  if (i < end) {
    let word = 0
    for (let shift = 0; i < end; i++, shift += 8) word |= byte(bytes, i) << shift
    words[at] = word
  }
  hashWords(count, scriptSeed ^ (end - start))
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
