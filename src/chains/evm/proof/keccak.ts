/** Keccak-256 of some bytes, as new bytes. */
export type Keccak = (bytes: Uint8Array) => Uint8Array

let loading: Promise<Keccak> | undefined
let loaded: Keccak | undefined

/**
 * Keccak-256 in WebAssembly: seven to ten times as fast as in JavaScript, and most of what a proof costs. Loaded when
 * a block is first proved, since compiling it takes longer than many a command runs; from then on it is synchronous.
 * Node's own crypto has SHA3-256, which is another function, and no Keccak.
 */
export function loadKeccak(): Promise<Keccak> {
  loading ??= load()
  return loading
}

/** The same, for code that can't wait. @throws Error where this thread never waited for {@link loadKeccak}. */
export function loadedKeccak(): Keccak {
  if (loaded === undefined) throw new Error('Keccak-256 was used before it was loaded')
  return loaded
}

async function load(): Promise<Keccak> {
  const { createKeccak } = await import('hash-wasm')
  const hasher = await createKeccak(256)
  loaded = (bytes) => hasher.init().update(bytes).digest('binary')
  return loaded
}

/** Bytes as `0x…`. */
export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
