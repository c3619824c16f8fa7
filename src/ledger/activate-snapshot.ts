import type { Key } from '../address/key.ts'
import { all, type Db, run } from './database.ts'
import { type AddressHistory, seedRemoved } from './list-history.ts'
import {
  type SnapshotEntry,
  type SnapshotEntryRow,
  type SnapshotRow,
  snapshotEntryOf,
} from './list-snapshots.ts'
import { noteListChange, readListState, sameListState } from './list-state.ts'
import { closeEntry, putEntry } from './put-entry.ts'
import { bumpRevision, readRevisions } from './revisions.ts'

/** What activation needs to know beside the snapshot itself. */
export interface Activation {
  /** The date that entries appear and disappear on: the snapshot's issue date, else the day it was imported. */
  date: string
  /** A row's `listedOn` is the date by which the address was published. */
  listedOnIsPublished: boolean
  /** Dates known beside the list's own files; an earlier one of the list itself wins. */
  history?: readonly AddressHistory[]
  /** Now, ISO-8601. */
  at: string
}

/**
 * Makes a kept snapshot the active one of its list: entries, intervals, the list revision, and the job that matches
 * stored history with what changed, move together, inside a transaction. A snapshot that says the same of every
 * address moves no revision: what was screened stays screened.
 *
 * @returns the revision now.
 */
export function activateSnapshot(db: Db, snapshot: SnapshotRow, activation: Activation): number {
  const { list_id: listId } = snapshot
  const { at, date, history = [] } = activation
  const known = new Map(history.map((each) => [each.key, each]))
  const entries = entriesToPut(db, snapshot, activation)
  const missing = missingKeys(db, snapshot)
  const keys = new Set([...known.keys(), ...entries.map(({ key }) => key), ...missing.map(({ key }) => key)])
  const before = readListState(db, listId, keys)
  seedRemoved(db, listId, history, date)
  for (const { key, from } of missing) closeEntry(db, listId, key, removalDate(known.get(key), from, date))
  for (const entry of entries) {
    putEntry(db, listId, entry, { published: publishedBy(snapshot, entry, activation, known), date })
  }
  const after = readListState(db, listId, keys)
  const revision = sameListState(before, after) ? readRevisions(db).list : bumpRevision(db, 'list')
  noteListChange(db, { listId, revision, at }, before, after)
  markActive(db, snapshot, revision, at)
  return revision
}

/** The entries of the snapshot of which the ledger does not say the same yet: few, where a list changed a little. */
function entriesToPut(db: Db, snapshot: SnapshotRow, activation: Activation): SnapshotEntry[] {
  return all<SnapshotEntryRow>(
    db,
    `select s.* from snapshot_entries s left join list_entries e on e.list_id = ?1 and e.key = s.key
     where s.snapshot_id = ?2 and (e.key is null
       or (e.address, e.assets, e.subject, e.programs, e.listed_on, e.removed_on)
         is not (s.address, s.assets, s.subject, s.programs, s.listed_on, s.removed_on)
       or e.first_seen > coalesce(s.published_by, iif(?3, s.listed_on, null), ?4)
       or s.key in (select value from json_each(?5)))
     order by s.key`,
    ...[snapshot.list_id, snapshot.id, activation.listedOnIsPublished ? 1 : 0, snapshot.issued_on],
    JSON.stringify(activation.history?.map(({ key }) => key) ?? []),
  ).map(snapshotEntryOf)
}

/** What is in force, and stands in the snapshot no longer; with the begin of its last interval. */
function missingKeys(db: Db, snapshot: SnapshotRow): { key: Key; from: string }[] {
  return all<{ key: Key; from: string }>(
    db,
    `select e.key, (select max("from") from list_intervals i where i.list_id = e.list_id and i.key = e.key) as "from"
     from list_entries e where e.list_id = ?1 and e.removed_on is null
       and e.key not in (select key from snapshot_entries where snapshot_id = ?2)`,
    ...[snapshot.list_id, snapshot.id],
  )
}

/** The snapshot's date, or an earlier day where that is known. */
function removalDate(known: AddressHistory | undefined, from: string, date: string): string {
  const removedBy = known?.removedBy ?? date
  return removedBy > from && removedBy < date ? removedBy : date
}

/** The earliest date that is known. A snapshot's own date of issue is one, also of one that comes in late. */
function publishedBy(
  snapshot: SnapshotRow,
  entry: SnapshotEntry,
  { listedOnIsPublished, date }: Activation,
  history: ReadonlyMap<Key, AddressHistory>,
): string | null {
  const own = entry.publishedBy ?? (listedOnIsPublished ? entry.listedOn : null) ?? snapshot.issued_on
  const known = history.get(entry.key)
  // What was removed before, and stands here again: that was another time on the list.
  const before = known?.removedBy != null && known.removedBy <= date ? undefined : known?.publishedBy
  return before !== undefined && (own === null || before < own) ? before : own
}

function markActive(db: Db, snapshot: SnapshotRow, revision: number, at: string): void {
  const { list_id: listId } = snapshot
  run(db, `update list_snapshots set state = 'superseded' where list_id = ? and state = 'active'`, listId)
  run(
    db,
    `update list_snapshots set state = 'active', activated_at = ?, revision = ? where id = ?`,
    ...[at, revision, snapshot.id],
  )
  run(
    db,
    'update lists set active_snapshot = ?, issued_on = ?, activated_at = ?, checked_at = ?, revision = ? where id = ?',
    ...[snapshot.sha256, snapshot.issued_on, at, at, revision, listId],
  )
}
