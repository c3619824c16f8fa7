import { evmKey } from '../../../src/address/key.ts'
import { KeyTable } from '../../../src/screening/key-table.ts'
import type { OwnLookup } from '../../../src/screening/types.ts'

/** An exact look-up of these addresses, behind the filter that the daemon has. */
export function ownOf(...addresses: readonly string[]): OwnLookup {
  const keys = new Set(addresses.map(evmKey))
  const table = new KeyTable(keys.size)
  for (const key of keys) table.addKey(key)
  return {
    mayHaveEvm: (hex) => table.mayHaveEvm(hex),
    mayHaveEvmTopic: (hex) => table.mayHaveEvmTopic(hex),
    mayHaveScript: () => false,
    has: (key) => keys.has(key),
  }
}
