import type { Key } from '../address/key.ts'
import { atOnce } from '../in-slices.ts'
import { noteBulk, putBulk } from './bulk-changes.ts'
import { all, type Db, one, run } from './database.ts'
import { changedKeys, type FoundChanges, findingChanges, forgetChanges, stillHold } from './find-changes.ts'
import { type AddressHistory, seedRemoved } from './list-history.ts'
import {
  type SnapshotEntry,
  type SnapshotEntryRow,
  type SnapshotRow,
  snapshotEntryOf,
} from './list-snapshots.ts'
import { listChanges, readListState, sameListState } from './list-state.ts'
import { closeEntry, putEntry } from './put-entry.ts'
import { addRescreen, addRescreenItem } from './rescreens.ts'
import { bumpRevision, readRevisions } from './revisions.ts'

/** What activation needs to know beside the snapshot itself. */
export interface Activation {
  /** The date that entries appear and disappear on: the snapshot's issue date, else the day it was imported. */
  date: string
  /** A row's `listedOn` is the date by which the address was published. */
  listedOnIsPublished: boolean
  /** Dates known beside the list's own files; an earlier one of the list itself wins. */
  history?: readonly AddressHistory[]
  /** What was found beforehand; found again where the list changed since. */
  found?: FoundChanges | undefined
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
  const found = currentChanges(db, snapshot, activation)
  const entries = entriesToWeigh(db, snapshot, found)
  const missing = changedKeys(db, found, 'one-gone')
  const keys = new Set([...known.keys(), ...entries.map(({ key }) => key), ...missing])
  const before = readListState(db, listId, keys)
  const bulk = putBulk(db, snapshot, found, activation)
  seedRemoved(db, listId, history, date)
  for (const key of missing) closeEntry(db, listId, key, removalDate(db, listId, known.get(key), date))
  for (const entry of entries) {
    putEntry(db, listId, entry, { published: publishedBy(snapshot, entry, activation, known), date })
  }
  const after = readListState(db, listId, keys)
  const same = bulk.changed === 0 && sameListState(before, after)
  const revision = same ? readRevisions(db).list : bumpRevision(db, 'list')
  const items = listChanges(listId, before, after)
  if (items.length + bulk.moved > 0) {
    const id = addRescreen(db, { kind: 'list', listId, revision, whole: false, at })
    for (const item of items) addRescreenItem(db, id, item)
    noteBulk(db, id, listId, found)
  }
  markActive(db, snapshot, revision, at)
  forgetChanges(db, found)
  return revision
}

function currentChanges(db: Db, snapshot: SnapshotRow, activation: Activation): FoundChanges {
  const { found } = activation
  if (found !== undefined && stillHold(db, snapshot, found)) return found
  if (found !== undefined) forgetChanges(db, found)
  return atOnce(findingChanges(db, snapshot, activation))
}

/** The entries of the snapshot whose dates have to be weighed. */
function entriesToWeigh(db: Db, snapshot: SnapshotRow, found: FoundChanges): SnapshotEntry[] {
  return all<SnapshotEntryRow>(
    db,
    `select s.* from temp.list_changes c cross join snapshot_entries s on s.snapshot_id = ? and s.key = c.key
     where c.found_id = ? and c.change = 'one' order by s.key`,
    ...[snapshot.id, found.id],
  ).map(snapshotEntryOf)
}

/** The snapshot's date, or an earlier day where that is known. */
function removalDate(db: Db, listId: string, known: AddressHistory | undefined, date: string): string {
  const removedBy = known?.removedBy ?? date
  if (known === undefined || removedBy >= date) return date
  const last = one<{ from: string | null }>(
    db,
    'select max("from") as "from" from list_intervals where list_id = ? and key = ?',
    ...[listId, known.key],
  )
  return removedBy > (last?.from ?? '') ? removedBy : date
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
