/** Keccak-256 of some bytes, as new bytes. */
export type Keccak = (bytes: Uint8Array) => Uint8Array

let loading: Promise<Keccak> | undefined

/**
 * Keccak-256 in WebAssembly: seven to ten times as fast as in JavaScript, and most of what a proof costs. Loaded when
 * a block is first proved, since compiling it takes longer than many a command runs; from then on it is synchronous.
 * Node's own crypto has SHA3-256, which is another function, and no Keccak.
 */
export function loadKeccak(): Promise<Keccak> {
  loading ??= load()
  return loading
}

async function load(): Promise<Keccak> {
  const { createKeccak } = await import('hash-wasm')
  const hasher = await createKeccak(256)
  return (bytes) => hasher.init().update(bytes).digest('binary')
}

/** Bytes as `0x…`. */
export function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
