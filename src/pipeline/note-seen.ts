import type { Key } from '../address/key.ts'
import type { OwnLookup } from '../screening/own.ts'

/** The same own addresses, and which of them were met: also where own money only moved to own addresses, and no transfer tells. */
export function noteSeen(lookup: OwnLookup): { own: OwnLookup; seen: ReadonlySet<Key> } {
  const seen = new Set<Key>()
  const has = (key: Key) => {
    const isOwn = lookup.has(key)
    if (isOwn) seen.add(key)
    return isOwn
  }
  return { own: { ...lookup, has }, seen }
}
