/** The two halves of the latest fingerprint: module variables, because a pair as an object would be garbage per look-up. */
export let hashA = 0
export let hashB = 0

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

/** An EVM address of forty hex digits from `at`. @returns its last word, for the filter. */
export function hashHex(text: string, at: number): number {
  for (let i = 0; i < 5; i++) words[i] = hexWordOf(text, at + i * 8)
  hashWords(5, evmSeed)
  return words[4] as number
}

/** The same of text in bytes. */
export function hashHexBytes(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 5; i++) words[i] = hexWord(bytes, at + i * 8)
  hashWords(5, evmSeed)
  return words[4] as number
}

/** Eight hex digits of any case. */
export function hexWordOf(text: string, at: number): number {
  let word = 0
  for (let i = at; i < at + 8; i++) word = (word << 4) | hexDigit(text.charCodeAt(i))
  return word
}

function hexWord(bytes: Uint8Array, at: number): number {
  let word = 0
  for (let i = at; i < at + 8; i++) word = (word << 4) | hexDigit(bytes[i] as number)
  return word
}

/** A script. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): void {
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

/** '0'-'9' are 0x30-0x39; 'A'-'F' and 'a'-'f' have bit 6 set and 1-6 in the low bits. */
export function hexDigit(code: number): number {
  return (code & 15) + (code >> 6) * 9
}
