/**
 * SHA-256 (FIPS 180-4) of four messages at once: each vector holds one 32-bit word of each message, one to a lane.
 * Names (a to h, W, K, Ch, Maj, the sigmas) are the standard's. Source: https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 *
 * This is AssemblyScript: `npm run build` compiles it to WebAssembly. `BatchHasher` is its only user.
 */

/** Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
])

/** Section 5.3.3: the same of the square roots of the first 8 primes. */
const H = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])

/** The message schedule: 64 vectors. */
const W = memory.data(1024, 16)
/** The state that every hash begins from: 8 vectors. */
export const initialState = memory.data(128, 16)
/** The state after the last block: 8 vectors. */
export const state = memory.data(128, 16)
/** Scratch for the caller, which says there what it puts in. */
export const masks = memory.data(80, 16)
export const paddingOf64 = memory.data(64, 16)
export const tails = memory.data(512, 16)
/** From here on, memory is the caller's. */
export const free = __heap_base

for (let i: usize = 0; i < 8; i++) v128.store(initialState + (i << 4), i32x4.splat(load<u32>(H + (i << 2))))

/**
 * Takes the next block, 64 bytes, of each message into the state at `from`; the result is in `state`.
 *
 * @param take a vector: only lanes in which it has ones change
 */
export function compress(from: usize, p0: usize, p1: usize, p2: usize, p3: usize, take: usize): void {
  for (let i: usize = 0; i < 64; i += 4) {
    let word = v128.load_zero<u32>(p0 + i)
    word = v128.load_lane<u32>(p1 + i, word, 1)
    word = v128.load_lane<u32>(p2 + i, word, 2)
    word = v128.load_lane<u32>(p3 + i, word, 3)
    v128.store(W + (i << 2), swapBytes(word))
  }
  transform(from, v128.load(take))
}

/** Hashes the digests in `state`, 32 bytes each, once more; the result is in `state`. */
export function hashState(): void {
  memory.copy(W, state, 128)
  // Behind 256 bits: a one bit, zeros, and the length in bits.
  memory.fill(W + 128, 0, 128)
  v128.store(W + 128, i32x4.splat(0x80000000))
  v128.store(W + 240, i32x4.splat(256))
  transform(initialState, i32x4.splat(-1))
}

/** Writes the four digests, 32 bytes each, to where the parameters say. */
export function write(q0: usize, q1: usize, q2: usize, q3: usize): void {
  for (let i: usize = 0; i < 32; i += 4) {
    const word = swapBytes(v128.load(state + (i << 2)))
    v128.store_lane<u32>(q0 + i, word, 0)
    v128.store_lane<u32>(q1 + i, word, 1)
    v128.store_lane<u32>(q2 + i, word, 2)
    v128.store_lane<u32>(q3 + i, word, 3)
  }
}

/** Section 6.2.2, with the first 16 words of W in place. The eight rounds of a turn rename a to h instead of moving them. */
function transform(from: usize, take: v128): void {
  for (let w: usize = W; w < W + 768; w += 16)
    v128.store(
      w + 256,
      add(add(v128.load(w), sigma0(v128.load(w + 16))), add(v128.load(w + 144), sigma1(v128.load(w + 224)))),
    )
  let a = v128.load(from, 0)
  let b = v128.load(from, 16)
  let c = v128.load(from, 32)
  let d = v128.load(from, 48)
  let e = v128.load(from, 64)
  let f = v128.load(from, 80)
  let g = v128.load(from, 96)
  let h = v128.load(from, 112)
  for (let t: usize = 0; t < 64; t += 8) {
    h = t1(e, f, g, h, t)
    d = add(d, h)
    h = add(h, t2(a, b, c))
    g = t1(d, e, f, g, t + 1)
    c = add(c, g)
    g = add(g, t2(h, a, b))
    f = t1(c, d, e, f, t + 2)
    b = add(b, f)
    f = add(f, t2(g, h, a))
    e = t1(b, c, d, e, t + 3)
    a = add(a, e)
    e = add(e, t2(f, g, h))
    d = t1(a, b, c, d, t + 4)
    h = add(h, d)
    d = add(d, t2(e, f, g))
    c = t1(h, a, b, c, t + 5)
    g = add(g, c)
    c = add(c, t2(d, e, f))
    b = t1(g, h, a, b, t + 6)
    f = add(f, b)
    b = add(b, t2(c, d, e))
    a = t1(f, g, h, a, t + 7)
    e = add(e, a)
    a = add(a, t2(b, c, d))
  }
  join(from, 0, a, take)
  join(from, 16, b, take)
  join(from, 32, c, take)
  join(from, 48, d, take)
  join(from, 64, e, take)
  join(from, 80, f, take)
  join(from, 96, g, take)
  join(from, 112, h, take)
}

/** One word of the state: the old one and what the rounds made of it, added. */
@inline
function join(from: usize, at: usize, made: v128, take: v128): void {
  const old = v128.load(from + at)
  v128.store(state + at, v128.bitselect(add(old, made), old, take))
}

/** T1 of round t. */
@inline
function t1(e: v128, f: v128, g: v128, h: v128, t: usize): v128 {
  const kw = add(v128.load_splat<u32>(K + (t << 2)), v128.load(W + (t << 4)))
  return add(add(h, bigSigma1(e)), add(ch(e, f, g), kw))
}

@inline
function t2(a: v128, b: v128, c: v128): v128 {
  return add(bigSigma0(a), maj(a, b, c))
}

@inline
function ch(e: v128, f: v128, g: v128): v128 {
  return v128.bitselect(f, g, e)
}

/** Where a and b differ, c decides. */
@inline
function maj(a: v128, b: v128, c: v128): v128 {
  return v128.bitselect(c, a, v128.xor(a, b))
}

@inline
function bigSigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotateRight(x, 2), rotateRight(x, 13)), rotateRight(x, 22))
}

@inline
function bigSigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotateRight(x, 6), rotateRight(x, 11)), rotateRight(x, 25))
}

@inline
function sigma0(x: v128): v128 {
  return v128.xor(v128.xor(rotateRight(x, 7), rotateRight(x, 18)), v128.shr<u32>(x, 3))
}

@inline
function sigma1(x: v128): v128 {
  return v128.xor(v128.xor(rotateRight(x, 17), rotateRight(x, 19)), v128.shr<u32>(x, 10))
}

@inline
function rotateRight(x: v128, by: i32): v128 {
  return v128.or(v128.shr<u32>(x, by), v128.shl<u32>(x, 32 - by))
}

@inline
function add(x: v128, y: v128): v128 {
  return v128.add<u32>(x, y)
}

/** SHA-256 is big-endian, WebAssembly little-endian. */
@inline
function swapBytes(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}
