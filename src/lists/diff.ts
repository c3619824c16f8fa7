import type { SnapshotEntry } from '../ledger/list-snapshots.ts'

/** What changed from one version of a list to another. Compared by key: a change of letter case is none. */
export interface ListDiff {
  /** In force in the newer version, and not in the older one. */
  added: SnapshotEntry[]
  /** In force in the older version, and not in the newer one: gone, or with the date of its end. */
  removed: SnapshotEntry[]
  /** Same address, in force in both or in neither; other subject, programs or date. */
  changed: { from: SnapshotEntry; to: SnapshotEntry }[]
  /** In one version only, and not in force there: addresses of the past. */
  past: SnapshotEntry[]
}

export function diffEntries(from: readonly SnapshotEntry[], to: readonly SnapshotEntry[]): ListDiff {
  const before = new Map(from.map((entry) => [entry.key, entry]))
  const after = new Map(to.map((entry) => [entry.key, entry]))
  return {
    added: to.filter((entry) => isInForce(entry) && !isInForce(before.get(entry.key))),
    removed: from
      .filter((entry) => isInForce(entry) && !isInForce(after.get(entry.key)))
      .map((entry) => after.get(entry.key) ?? entry),
    changed: to.flatMap((entry) => {
      const old = before.get(entry.key)
      const isSame = old === undefined || isInForce(old) !== isInForce(entry) || says(old) === says(entry)
      return isSame ? [] : [{ from: old, to: entry }]
    }),
    past: [
      ...to.filter((entry) => !isInForce(entry) && !before.has(entry.key)),
      ...from.filter((entry) => !isInForce(entry) && !after.has(entry.key)),
    ],
  }
}

function isInForce(entry: SnapshotEntry | undefined): boolean {
  return entry !== undefined && entry.removedOn === null
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
