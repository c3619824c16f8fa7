import { type Key, keyFamily } from '../address/key.ts'
import { all, type Db, run } from './database.ts'
import { type SnapshotEntry, type SnapshotRow, snapshotEntries } from './list-snapshots.ts'
import { bumpRevision, readRevisions } from './revisions.ts'

/** What activation needs to know beside the snapshot itself. */
export interface Activation {
  /** The date that entries appear and disappear on: the snapshot's issue date, else the day it was imported. */
  date: string
  /** A row's `listedOn` is the date by which the address was published. */
  listedOnIsPublished: boolean
  /** Now, ISO-8601. */
  at: string
}

/**
 * Makes a kept snapshot the active one of its list: entries, intervals and the list revision move together, inside
 * a transaction. A snapshot that says the same of every address moves no revision: what was screened stays screened.
 *
 * @returns the revision now.
 */
export function activateSnapshot(db: Db, snapshot: SnapshotRow, activation: Activation): number {
  const { list_id: listId } = snapshot
  const before = entriesText(db, listId)
  const entries = snapshotEntries(db, snapshot.id)
  removeMissing(db, snapshot, activation.date)
  for (const entry of entries) putEntry(db, snapshot, entry, activation)
  const revision = entriesText(db, listId) === before ? readRevisions(db).list : bumpRevision(db, 'list')
  run(db, `update list_snapshots set state = 'superseded' where list_id = ? and state = 'active'`, listId)
  run(
    db,
    `update list_snapshots set state = 'active', activated_at = ?, revision = ? where id = ?`,
    ...[activation.at, revision, snapshot.id],
  )
  run(
    db,
    'update lists set active_snapshot = ?, issued_on = ?, activated_at = ?, checked_at = ?, revision = ? where id = ?',
    ...[snapshot.sha256, snapshot.issued_on, activation.at, activation.at, revision, listId],
  )
  return revision
}

/** All that screening knows of a list, to tell whether it changed. */
function entriesText(db: Db, listId: string): string {
  return JSON.stringify([
    all(db, 'select * from list_entries where list_id = ? order by key', listId),
    all(db, 'select * from list_intervals where list_id = ? order by key, "from"', listId),
  ])
}

function removeMissing(db: Db, snapshot: SnapshotRow, date: string): void {
  const missing = `list_id = ?1 and key not in (select key from snapshot_entries where snapshot_id = ?2)`
  run(
    db,
    `update list_intervals set "to" = ?3 where ${missing} and "to" is null`,
    snapshot.list_id,
    snapshot.id,
    date,
  )
  run(
    db,
    `update list_entries set removed_on = ?3 where ${missing} and removed_on is null`,
    ...[snapshot.list_id, snapshot.id, date],
  )
}

function putEntry(db: Db, snapshot: SnapshotRow, entry: SnapshotEntry, activation: Activation): void {
  const { list_id: listId, issued_on: issuedOn } = snapshot
  // A snapshot's own issue date is a day by which it was published, also for one that comes in late.
  const published = entry.publishedBy ?? (activation.listedOnIsPublished ? entry.listedOn : null) ?? issuedOn
  const firstSeen = published ?? activation.date
  const known = run(
    db,
    `update list_entries set address = ?, assets = ?, subject = ?, programs = ?, listed_on = ?
     where list_id = ? and key = ?`,
    ...[
      entry.address,
      JSON.stringify(entry.assets),
      entry.subject,
      JSON.stringify(entry.programs),
      entry.listedOn,
    ],
    ...[listId, entry.key],
  )
  if (known.changes === 0) insertEntry(db, listId, entry, firstSeen)
  else {
    if (published !== null) dateBack(db, listId, entry, published)
    if (entry.removedOn === null) reopen(db, listId, entry, published, activation.date)
    else close(db, listId, entry.key, entry.removedOn)
  }
}

function insertEntry(db: Db, listId: string, entry: SnapshotEntry, firstSeen: string): void {
  run(
    db,
    `insert into list_entries
       (list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[listId, entry.key, keyFamily(entry.key), entry.address, JSON.stringify(entry.assets), entry.subject],
    ...[JSON.stringify(entry.programs), entry.listedOn, firstSeen, entry.removedOn],
  )
  run(
    db,
    'insert into list_intervals (list_id, key, "from", "to") values (?, ?, ?, ?)',
    ...[listId, entry.key, firstSeen, entry.removedOn],
  )
}

/** A source that turns out to have published an address earlier than was known. */
function dateBack(db: Db, listId: string, entry: SnapshotEntry, published: string): void {
  run(
    db,
    `update list_intervals set "from" = ?1 where list_id = ?2 and key = ?3 and "from" > ?1
       and "from" = (select min("from") from list_intervals where list_id = ?2 and key = ?3)`,
    ...[published, listId, entry.key],
  )
  run(
    db,
    'update list_entries set first_seen = ?1 where list_id = ?2 and key = ?3 and first_seen > ?1',
    ...[published, listId, entry.key],
  )
}

/** In force again: from the day it was published again, where the source gives one after the removal. */
function reopen(db: Db, listId: string, entry: SnapshotEntry, published: string | null, date: string): void {
  run(
    db,
    `insert into list_intervals (list_id, key, "from", "to")
     select list_id, key, case when ?1 > removed_on then ?1 else ?2 end, null
     from list_entries where list_id = ?3 and key = ?4 and removed_on is not null
     on conflict (list_id, key, "from") do update set "to" = null`,
    ...[published, date, listId, entry.key],
  )
  run(db, 'update list_entries set removed_on = null where list_id = ? and key = ?', listId, entry.key)
}

/** Removed, on the day the source says; a day it corrects is corrected. */
function close(db: Db, listId: string, key: Key, removedOn: string): void {
  run(
    db,
    `update list_intervals set "to" = ?1 where list_id = ?2 and key = ?3
       and "from" = (select max("from") from list_intervals where list_id = ?2 and key = ?3)`,
    ...[removedOn, listId, key],
  )
  run(db, 'update list_entries set removed_on = ? where list_id = ? and key = ?', ...[removedOn, listId, key])
}
