import { ChainscreenError } from '../errors.ts'
import type { Db } from '../ledger/database.ts'
import {
  listSnapshots,
  type SnapshotEntry,
  type SnapshotRow,
  snapshotEntries,
} from '../ledger/list-snapshots.ts'
import { countEntries, readLists, readUnparsed } from '../ledger/lists.ts'
import { countByAsset, diffEntries, type ListDiff } from './diff.ts'

/** A list as `lists show` tells it. */
export interface ListReport {
  id: string
  format: string
  category: string
  activeSnapshot: string | null
  issuedOn: string | null
  daysSinceIssue: number | null
  checkedAt: string | null
  revision: number
  inForce: number
  removed: number
  families: { family: string; inForce: number; removed: number }[]
  unparsed: { location: string; raw: string; asset: string | null; reason: string }[]
  snapshots: SnapshotRow[]
}

/** @param at now, ISO-8601. @throws `usage` for an id the ledger does not know. */
export function reportLists(db: Db, id: string | undefined, at: string): ListReport[] {
  const lists = readLists(db).filter((list) => id === undefined || list.id === id)
  if (id !== undefined && lists.length === 0) throw unknownList(db, id)
  return lists.map((list) => {
    const families = countEntries(db, list.id).map((row) => ({
      family: row.family,
      inForce: row.in_force,
      removed: row.removed,
    }))
    return {
      id: list.id,
      format: list.format,
      category: list.category,
      activeSnapshot: list.active_snapshot,
      issuedOn: list.issued_on,
      daysSinceIssue:
        list.issued_on === null
          ? null
          : Math.floor((Date.parse(at) - Date.parse(list.issued_on)) / 86_400_000),
      checkedAt: list.checked_at,
      revision: list.revision,
      inForce: families.reduce((sum, family) => sum + family.inForce, 0),
      removed: families.reduce((sum, family) => sum + family.removed, 0),
      families,
      unparsed: list.active_snapshot === null ? [] : readUnparsed(db, list.id, list.active_snapshot),
      snapshots: listSnapshots(db, list.id),
    }
  })
}

export interface DiffReport extends ListDiff {
  /** SHA-256 of both snapshots. */
  from: string
  to: string
  byAsset: { asset: string; added: number; removed: number }[]
}

/**
 * What changed between two snapshots of a list.
 *
 * @param from, to SHA-256 or its first digits; without them from the active snapshot to the newest held one, or,
 * where none is held, from the one before to the active one.
 * @throws `usage` when there are no two snapshots to compare.
 */
export function reportDiff(db: Db, listId: string, from?: string, to?: string): DiffReport {
  const snapshots = listSnapshots(db, listId)
  if (snapshots.length === 0) throw unknownList(db, listId)
  const [older, newer] =
    from === undefined
      ? usualPair(listId, snapshots)
      : [findByPrefix(snapshots, from), findByPrefix(snapshots, to ?? activeOf(listId, snapshots).sha256)]
  const diff = diffEntries(snapshotEntries(db, older.id), snapshotEntries(db, newer.id))
  return { ...diff, from: older.sha256, to: newer.sha256, byAsset: byAsset(diff.added, diff.removed) }
}

function usualPair(listId: string, snapshots: readonly SnapshotRow[]): [SnapshotRow, SnapshotRow] {
  const active = activeOf(listId, snapshots)
  const held = snapshots.find(({ state, id }) => state === 'held' && id > active.id)
  if (held !== undefined) return [active, held]
  const before = snapshots
    .filter(({ state }) => state === 'superseded')
    .sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0))[0]
  if (before !== undefined) return [before, active]
  throw new ChainscreenError(
    'usage',
    `List ${listId} has one version only: there is nothing to compare it with.`,
  )
}

function activeOf(listId: string, snapshots: readonly SnapshotRow[]): SnapshotRow {
  const active = snapshots.find(({ state }) => state === 'active')
  if (active !== undefined) return active
  throw new ChainscreenError('usage', `List ${listId} has no active version: name both snapshots.`)
}

function findByPrefix(snapshots: readonly SnapshotRow[], prefix: string): SnapshotRow {
  const found = snapshots.filter(({ sha256 }) => sha256.startsWith(prefix.toLowerCase()))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new ChainscreenError(
    'usage',
    `"${prefix}" names ${found.length === 0 ? 'no' : 'more than one'} snapshot; \`lists show ID\` has their names.`,
  )
}

function byAsset(added: readonly SnapshotEntry[], removed: readonly SnapshotEntry[]): DiffReport['byAsset'] {
  const plus = countByAsset(added)
  const minus = countByAsset(removed)
  return [...new Set([...Object.keys(plus), ...Object.keys(minus)])]
    .sort()
    .map((asset) => ({ asset, added: plus[asset] ?? 0, removed: minus[asset] ?? 0 }))
}

function unknownList(db: Db, id: string): ChainscreenError {
  const known = readLists(db).map((list) => list.id)
  return new ChainscreenError(
    'usage',
    `The database has no list "${id}"; it has: ${known.join(', ') || 'none'}.`,
  )
}
