import type { Key } from '../address/key.ts'

/**
 * Which addresses are the exchange's, for one chain. The `may…` calls are the hot path: they answer from a compact
 * table in memory, may say yes wrongly (about once in 2^40), never no wrongly. `has` is exact, and slower.
 */
export interface OwnLookup {
  /** @param hex a `0x…` address of 20 bytes as nodes write it, lower-case. */
  mayHaveEvm(hex: string): boolean
  /** @param hex the 32-byte topic `0x000…` that holds an address in its last 20 bytes, lower-case. */
  mayHaveEvmTopic(hex: string): boolean
  /** A scriptPubKey in place: `bytes[start..end)`. */
  mayHaveScript(bytes: Uint8Array, start: number, end: number): boolean
  has(key: Key): boolean
}
