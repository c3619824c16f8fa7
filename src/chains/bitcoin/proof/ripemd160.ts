import { createRIPEMD160 } from 'hash-wasm'

export type Ripemd160 = (bytes: Uint8Array) => Uint8Array

/** RIPEMD-160 in WebAssembly: of the thousands of keys that a block shows, in a third of the time that node:crypto takes. */
export async function loadRipemd160(): Promise<Ripemd160> {
  const hasher = await createRIPEMD160()
  return (bytes) => hasher.init().update(bytes).digest('binary')
}
