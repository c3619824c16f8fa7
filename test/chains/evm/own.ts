import { evmKey } from '../../../src/address/key.ts'
import type { OwnLookup } from '../../../src/screening/types.ts'

/** An exact look-up of these addresses. */
export function ownOf(...addresses: readonly string[]): OwnLookup {
  const keys = new Set(addresses.map(evmKey))
  return {
    mayHaveEvm: (hex) => keys.has(evmKey(hex)),
    mayHaveEvmTopic: (hex) => keys.has(evmKey(`0x${hex.slice(26)}`)),
    mayHaveScript: () => false,
    has: (key) => keys.has(key),
  }
}
