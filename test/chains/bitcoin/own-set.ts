import { type Key, makeKey } from '../../../src/address/key.ts'
import type { OwnLookup } from '../../../src/screening/types.ts'

/** Own addresses as a plain set of scripts. */
export function ownSet(...scripts: readonly Uint8Array[]): OwnLookup {
  return ownKeys(new Set(scripts.map((script) => makeKey('bitcoin', script))))
}

export function ownKeys(keys: ReadonlySet<Key>): OwnLookup {
  return {
    mayHaveEvm: () => false,
    mayHaveEvmTopic: () => false,
    mayHaveScript: (bytes, start, end) => keys.has(makeKey('bitcoin', bytes.subarray(start, end))),
    has: (key) => keys.has(key),
  }
}

/** The exact check of `own`, behind a first look that always says "maybe": its false alarms must not matter. */
export function alwaysMaybe(own: OwnLookup): OwnLookup {
  return { ...own, mayHaveScript: () => true }
}
