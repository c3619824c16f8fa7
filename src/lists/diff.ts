import type { SnapshotEntry } from '../ledger/lists/list-snapshots.ts'
import type { Changed } from '../ledger/lists/snapshot-changes.ts'

/** What changed from one version of a list to another. Compared by key: a change of letter case is none. */
export interface ListDiff {
  /** In force in the newer version, and not in the older one. */
  added: SnapshotEntry[]
  /** In force in the older version, and not in the newer one: gone, or with the date of its end. */
  removed: SnapshotEntry[]
  /** Same address, in force in both or in neither; other subject, party ids, programs or date. */
  changed: { from: SnapshotEntry; to: SnapshotEntry }[]
  /** In one version only, and not in force there: addresses of the past. */
  past: SnapshotEntry[]
}

/** @param changed what two versions say of the keys of which they may say different things. @returns in the order of the keys. */
export function diffEntries(changed: Iterable<Changed>): ListDiff {
  const diff: ListDiff = { added: [], removed: [], changed: [], past: [] }
  for (const [old, now] of changed) {
    const [was, is] = [isInForce(old), isInForce(now)]
    const either = now ?? old
    if (either === undefined) continue
    if (was !== is) diff[is ? 'added' : 'removed'].push(either)
    else if (old === undefined || now === undefined) diff.past.push(either)
    else if (says(old) !== says(now) || isOtherParty(old, now)) diff.changed.push({ from: old, to: now })
  }
  for (const entries of [diff.added, diff.removed, diff.past]) entries.sort(byKey)
  diff.changed.sort((a, b) => byKey(a.to, b.to))
  return diff
}

function byKey(a: SnapshotEntry, b: SnapshotEntry): number {
  return a.key < b.key ? -1 : 1
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

/** A version that was read before ids were stored has none, and says nothing of another party. */
function isOtherParty({ subjectIds: a }: SnapshotEntry, { subjectIds: b }: SnapshotEntry): boolean {
  return a.length > 0 && b.length > 0 && a.join('\n') !== b.join('\n')
}

function says({ assets, subject, programs, listedOn, removedOn }: SnapshotEntry): string {
  return JSON.stringify([assets, subject, programs, listedOn, removedOn])
}
