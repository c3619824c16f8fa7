import { body, bytesOf, leb, name, section, signedLeb } from './wasm-encoding.ts'

/**
 * A WebAssembly module that hashes four messages at once: SHA-256 (FIPS 180-4) with a message in each of the four
 * lanes of a 128-bit vector. Proving a block means some ten thousand hashes of a few hundred bytes; a call to
 * node:crypto costs more than such a hash itself. Assembled here, because no kept library hashes many messages twice.
 */

/** Where things stand in the module's memory. */
export const layout = {
  initialState: 0,
  state: 128,
  constants: 256,
  /** Five masks: with none, one, … four of the first lanes left as they are. */
  masks: 1280,
  /** Second block of a message of 64 bytes. */
  paddingOf64: 1360,
  /** Two blocks a lane, for the end of a message and its padding. */
  tails: 1424,
  free: 1984,
} as const

export const pageBytes = 65_536

const op = {
  load32Zero: [0xfd, 0x5c],
  load32Lane: [0xfd, 0x56],
  store32Lane: [0xfd, 0x5a],
  load: [0xfd, 0x00],
  store: [0xfd, 0x0b],
  constant: [0xfd, 0x0c],
  shuffle: [0xfd, 0x0d],
  and: [0xfd, 0x4e],
  or: [0xfd, 0x50],
  xor: [0xfd, 0x51],
  select: [0xfd, 0x52],
  shl: [0xfd, 0xab, 0x01],
  shr: [0xfd, 0xad, 0x01],
  add: [0xfd, 0xae, 0x01],
} as const

const swapBytes = [...op.shuffle, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]
const get = (local: number) => [0x20, ...leb(local)]
const set = (local: number) => [0x21, ...leb(local)]
const i32 = (value: number) => [0x41, ...signedLeb(value)]
const vector = (word: number) => [
  ...op.constant,
  ...bytesOf(word),
  ...bytesOf(word),
  ...bytesOf(word),
  ...bytesOf(word),
]
const rotate = (local: number, by: number) => [
  ...[...get(local), ...i32(by), ...op.shr],
  ...[...get(local), ...i32(32 - by), ...op.shl, ...op.or],
]
const shift = (local: number, by: number) => [...get(local), ...i32(by), ...op.shr]

/**
 * Exports `memory`; `compress(state, p0, p1, p2, p3, mask)`, which adds a block of each message to the state it begins
 * from and leaves the result in `layout.state`; `finish(q0, q1, q2, q3)`, which hashes that state once more and writes the
 * four digests; and `write(q0, q1, q2, q3)`, which writes them without.
 *
 * @param pages of 64 KiB that its memory has
 */
export function sha256Module(pages: number): Uint8Array<ArrayBuffer> {
  const types = section(1, [
    [0x60, 6, ...Array(6).fill(0x7f), 0],
    [0x60, 4, ...Array(4).fill(0x7f), 0],
  ])
  const functions = section(3, [[0], [1], [1]])
  const memory = section(5, [[0, ...leb(pages)]])
  const exports = section(7, [
    [...name('memory'), 2, 0],
    [...name('compress'), 0, 0],
    [...name('finish'), 0, 1],
    [...name('write'), 0, 2],
  ])
  const code = section(10, [compress(), finish(), write()])
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...types,
    ...functions,
    ...memory,
    ...exports,
    ...code,
  ])
}

function compress(): number[] {
  const first = 6
  const words = lanes(first + 8, 16)
  const load = words.flatMap((word, i) => [
    ...[...get(1), ...op.load32Zero, 0, ...leb(4 * i), ...set(word)],
    ...[2, 3, 4].flatMap((pointer) => [
      ...get(pointer),
      ...get(word),
      ...[...op.load32Lane, 0, ...leb(4 * i), pointer - 1, ...set(word)],
    ]),
    ...[...get(word), ...get(word), ...swapBytes, ...set(word)],
  ])
  const old = (i: number) => [...get(0), ...op.load, 0, ...leb(16 * i)]
  const begin = lanes(first, 8).flatMap((local, i) => [...old(i), ...set(local)])
  const { code, order } = rounds(first, words)
  const end = order.flatMap((local, i) => [
    ...i32(layout.state + 16 * i),
    ...[...get(local), ...old(i), ...op.add, ...old(i), ...get(5), ...op.load, 0, 0, ...op.select],
    ...[...op.store, 0, 0],
  ])
  return body(25, [...load, ...begin, ...code, ...end])
}

function finish(): number[] {
  const first = 4
  const words = lanes(first + 8, 16)
  const at = (base: number, i: number) => [...i32(base + 16 * i), ...op.load, 0, 0]
  const load = words.flatMap((word, i) => {
    // The 32 bytes of the first digest, a one bit, and their number of bits.
    const padding = i === 8 ? 0x80000000 : i === 15 ? 256 : 0
    return [...(i < 8 ? at(layout.state, i) : vector(padding)), ...set(word)]
  })
  const begin = lanes(first, 8).flatMap((local, i) => [...at(layout.initialState, i), ...set(local)])
  const { code, order } = rounds(first, words)
  const end = order.flatMap((local, i) => [
    ...[...get(local), ...at(layout.initialState, i), ...op.add, ...set(local)],
    ...storeWord(local, i),
  ])
  return body(25, [...load, ...begin, ...code, ...end])
}

function write(): number[] {
  const local = 4
  const state = (i: number) => [...i32(layout.state + 16 * i), ...op.load, 0, 0]
  return body(
    1,
    lanes(0, 8).flatMap((i) => [...state(i), ...set(local), ...storeWord(local, i)]),
  )
}

/** Writes word `i` of the four digests to where the four parameters say. */
function storeWord(local: number, i: number): number[] {
  const stores = [0, 1, 2, 3].flatMap((lane) => [
    ...get(lane),
    ...get(local),
    ...[...op.store32Lane, 0, ...leb(4 * i), lane],
  ])
  return [...get(local), ...get(local), ...swapBytes, ...set(local), ...stores]
}

/** The 64 rounds on the locals a to h from `first` on; `order`: where a to h stand afterwards. One more local is scratch. */
function rounds(first: number, words: readonly number[]): { code: number[]; order: number[] } {
  const code: number[] = []
  const scratch = first + 24
  const w = (i: number) => words[i % 16] ?? 0
  let order = lanes(first, 8)
  for (let i = 0; i < 64; i++) {
    if (i >= 16) {
      const before = w(i + 1)
      const last = w(i + 14)
      code.push(...get(w(i)), ...get(w(i + 9)), ...op.add)
      code.push(
        ...rotate(before, 7),
        ...rotate(before, 18),
        ...op.xor,
        ...shift(before, 3),
        ...op.xor,
        ...op.add,
      )
      code.push(...rotate(last, 17), ...rotate(last, 19), ...op.xor, ...shift(last, 10), ...op.xor, ...op.add)
      code.push(...set(w(i)))
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = order
    code.push(...get(h), ...rotate(e, 6), ...rotate(e, 11), ...op.xor, ...rotate(e, 25), ...op.xor, ...op.add)
    code.push(...get(f), ...get(g), ...get(e), ...op.select, ...op.add)
    code.push(...i32(layout.constants + 16 * i), ...op.load, 0, 0, ...get(w(i)), ...op.add, ...op.add)
    code.push(...set(scratch))
    code.push(...get(d), ...get(scratch), ...op.add, ...set(d))
    // Majority: where a and b differ, c decides.
    code.push(...rotate(a, 2), ...rotate(a, 13), ...op.xor, ...rotate(a, 22), ...op.xor)
    code.push(...get(c), ...get(a), ...get(a), ...get(b), ...op.xor, ...op.select, ...op.add)
    code.push(...get(scratch), ...op.add, ...set(h))
    order = [h, a, b, c, d, e, f, g]
  }
  return { code, order }
}

function lanes(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}
