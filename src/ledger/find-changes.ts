import type { Key } from '../address/key.ts'
import { all, type Db, one, run } from './database.ts'
import type { AddressHistory } from './list-history.ts'
import type { SnapshotRow } from './list-snapshots.ts'

/**
 * How a snapshot changes an entry. In bulk, a few statements for all of them: `new`, `gone`, and `text`, where other
 * things are said of an address that stays in force. `one` and `one-gone` have dates of their own to be weighed, one by one.
 */
export type EntryChange = 'new' | 'gone' | 'text' | 'one' | 'one-gone'

/** What a snapshot changes, as rows of `temp.list_changes` of this connection, and what that was found from. */
export interface FoundChanges {
  id: number
  snapshotId: number
  /** How many of the snapshot's rows were there to be looked at. */
  rows: number
  /** The state of its list. */
  state: string
}

let lastId = 0

/** Rows looked at between two interruptions: a few milliseconds. */
const rowsAtOnce = 2_000

/** No key sorts behind it. */
const end = '~'

/**
 * Finds what a snapshot changes in the entries of its list: few, where the list changed a little. Reads the ledger and
 * writes to this connection's own table only, so it may be done before the transaction that activates: see
 * {@link stillHold}.
 *
 * @param dates.listedOnIsPublished a row's `listed_on` is the date by which its address was published.
 * @param dates.history keys of which more is known than the list says.
 */
export function* findingChanges(
  db: Db,
  { id, list_id: listId, issued_on: issuedOn }: SnapshotRow,
  dates: { listedOnIsPublished: boolean; history?: readonly Pick<AddressHistory, 'key'>[] },
): Generator<undefined, FoundChanges> {
  const found = { id: ++lastId, snapshotId: id, rows: 0, state: stateOf(db, listId) }
  db.exec(`create temp table if not exists list_changes (
    found_id integer, key text, change text, primary key (found_id, key)) without rowid`)
  const keys = JSON.stringify((dates.history ?? []).map(({ key }) => key))
  for (const [from, to] of ranges(db, 'snapshot_entries where snapshot_id', id)) {
    run(
      db,
      `insert into temp.list_changes
       select ?8, s.key, case
         when s.key in (select value from json_each(?5)) then 'one'
         when e.key is null then 'new'
         when e.removed_on is not null or s.removed_on is not null then 'one'
         when e.first_seen > coalesce(s.published_by, iif(?3, s.listed_on, null), ?4) then 'one'
         else 'text' end
       from snapshot_entries s left join list_entries e on e.list_id = ?1 and e.key = s.key
       where s.snapshot_id = ?2 and s.key > ?6 and s.key <= ?7 and (e.key is null
         or (e.address, e.assets, e.subject, e.programs, e.listed_on, e.removed_on)
           is not (s.address, s.assets, s.subject, s.programs, s.listed_on, s.removed_on)
         or e.first_seen > coalesce(s.published_by, iif(?3, s.listed_on, null), ?4)
         or s.key in (select value from json_each(?5)))
       order by s.key`,
      ...[listId, id, dates.listedOnIsPublished ? 1 : 0, issuedOn, keys, from, to, found.id],
    )
    found.rows += countRows(db, id, from, to)
    yield
  }
  for (const [from, to] of ranges(db, 'list_entries where list_id', listId)) {
    run(
      db,
      `insert into temp.list_changes
       select ?6, e.key, iif(e.key in (select value from json_each(?3)), 'one-gone', 'gone')
       from list_entries e where e.list_id = ?1 and e.key > ?4 and e.key <= ?5 and e.removed_on is null
         and not exists (select 1 from snapshot_entries s where s.snapshot_id = ?2 and s.key = e.key)`,
      ...[listId, id, keys, from, to, found.id],
    )
    yield
  }
  return found
}

/** Ranges of keys, `(from, to]`, of so many rows each: together, every key. */
function* ranges(db: Db, rows: string, of: string | number): Generator<[from: string, to: string]> {
  for (let from = ''; from < end; ) {
    const last = one<{ key: Key }>(
      db,
      `select key from ${rows} = ? and key > ? order by key limit 1 offset ${rowsAtOnce - 1}`,
      ...[of, from],
    )
    const to = last?.key ?? end
    yield [from, to]
    from = to
  }
}

function countRows(db: Db, snapshotId: number, from = '', to = end): number {
  const row = one<{ n: number }>(
    db,
    'select count(*) as n from snapshot_entries where snapshot_id = ? and key > ? and key <= ?',
    ...[snapshotId, from, to],
  )
  return row?.n ?? 0
}

/**
 * Whether changes that were found before are those that would be found now: the list is as it was, and all of the
 * snapshot was there (another process may have staged the same file anew). Inside a transaction.
 */
export function stillHold(db: Db, snapshot: SnapshotRow, found: FoundChanges): boolean {
  return (
    found.snapshotId === snapshot.id &&
    found.state === stateOf(db, snapshot.list_id) &&
    found.rows === countRows(db, snapshot.id)
  )
}

/** Differs after every change of the list's entries: they come with an activation. */
function stateOf(db: Db, listId: string): string {
  const row = one<{ active_snapshot: string | null; activated_at: string | null; revision: number }>(
    db,
    'select active_snapshot, activated_at, revision from lists where id = ?',
    listId,
  )
  // A list that is not known yet is like one that is, and has no version.
  return JSON.stringify(row ?? { active_snapshot: null, activated_at: null, revision: 0 })
}

/** The keys that change in one way, in order. */
export function changedKeys(db: Db, found: FoundChanges, change: EntryChange): Key[] {
  return all<{ key: Key }>(
    db,
    'select key from temp.list_changes where found_id = ? and change = ? order by key',
    ...[found.id, change],
  ).map(({ key }) => key)
}

/** They are taken over, or will not be. */
export function forgetChanges(db: Db, found: FoundChanges): void {
  run(db, 'delete from temp.list_changes where found_id = ?', found.id)
}
