import { type Key, keyFamily } from '../address/key.ts'
import { type Db, one, run } from './database.ts'
import { putForms } from './list-forms.ts'
import type { SnapshotEntry } from './list-snapshots.ts'

/** When an entry of a snapshot was published, and when the snapshot speaks. */
export interface EntryDates {
  /** The date by which the address was published, where it is known. */
  published: string | null
  /** The snapshot's own. */
  date: string
}

/** Takes over what a snapshot says of one address, with its intervals. Inside a transaction. */
export function putEntry(
  db: Db,
  listId: string,
  entry: SnapshotEntry,
  { published, date }: EntryDates,
): void {
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
  if (known.changes === 0) insertEntry(db, listId, entry, published ?? date)
  else {
    if (published !== null) dateBack(db, listId, entry, published)
    if (entry.removedOn === null) reopen(db, listId, entry, published, date)
    else closeEntry(db, listId, entry.key, entry.removedOn)
  }
}

function insertEntry(db: Db, listId: string, entry: SnapshotEntry, firstSeen: string): void {
  putForms(db, entry.key)
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
    'insert into list_intervals (list_id, key, "from", "to") values (?1, ?2, ?3, max(?3, ?4))',
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

/**
 * In force again: from the day it was published again, where the source gives one after the removal. A version from
 * before the removal, activated again, takes the removal back.
 */
function reopen(db: Db, listId: string, entry: SnapshotEntry, published: string | null, date: string): void {
  const last = one<{ from: string; to: string | null }>(
    db,
    'select "from", "to" from list_intervals where list_id = ? and key = ? order by "from" desc limit 1',
    ...[listId, entry.key],
  )
  if (last === undefined || last.to === null) return
  const from = published !== null && published > last.to ? published : date
  if (from < last.to || from === last.from) {
    run(
      db,
      'update list_intervals set "to" = null where list_id = ? and key = ? and "from" = ?',
      ...[listId, entry.key, last.from],
    )
  } else {
    run(
      db,
      'insert into list_intervals (list_id, key, "from", "to") values (?, ?, ?, null)',
      ...[listId, entry.key, from],
    )
  }
  run(db, 'update list_entries set removed_on = null where list_id = ? and key = ?', listId, entry.key)
}

/** Removed, on the day the source says; a day it corrects is corrected. An interval ends no earlier than it begins: it is empty then. */
export function closeEntry(db: Db, listId: string, key: Key, removedOn: string): void {
  run(
    db,
    `update list_intervals set "to" = max(?1, "from") where list_id = ?2 and key = ?3
       and "from" = (select max("from") from list_intervals where list_id = ?2 and key = ?3)`,
    ...[removedOn, listId, key],
  )
  run(db, 'update list_entries set removed_on = ? where list_id = ? and key = ?', ...[removedOn, listId, key])
}
