import type { SnapshotEntry } from '../ledger/list-snapshots.ts'

/** What changed from one version of a list to another. Compared by key: a change of letter case is none. */
export interface ListDiff {
  added: SnapshotEntry[]
  removed: SnapshotEntry[]
  /** Same address, other subject, programs or date. */
  changed: { from: SnapshotEntry; to: SnapshotEntry }[]
}

export function diffEntries(from: readonly SnapshotEntry[], to: readonly SnapshotEntry[]): ListDiff {
  const before = new Map(from.map((entry) => [entry.key, entry]))
  const after = new Map(to.map((entry) => [entry.key, entry]))
  return {
    added: to.filter(({ key }) => !before.has(key)),
    removed: from.filter(({ key }) => !after.has(key)),
    changed: to.flatMap((entry) => {
      const old = before.get(entry.key)
      return old === undefined || says(old) === says(entry) ? [] : [{ from: old, to: entry }]
    }),
  }
}

/** How many entries carry each of the source's labels. An address with two labels counts under both. */
export function countByAsset(entries: readonly SnapshotEntry[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const asset of entries.flatMap(({ assets }) => (assets.length > 0 ? assets : ['(none)']))) {
    counts.set(asset, (counts.get(asset) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function says({ assets, subject, programs, listedOn, removedOn }: SnapshotEntry): string {
  return JSON.stringify([assets, subject, programs, listedOn, removedOn])
}
