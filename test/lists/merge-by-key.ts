import type { Key } from '../../src/address/key.ts'
import { type MergedEntry, merge } from '../../src/lists/merge.ts'
import type { ListedAddress } from '../../src/lists/types.ts'

/** One entry for each key, in the order of the keys. */
export function mergeByKey(addresses: readonly ListedAddress[]): MergedEntry[] {
  const byKey = new Map<Key, ListedAddress[]>()
  for (const row of addresses) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row])
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, rows]) => merge(key, rows))
}
