import type { Key } from '../../address/key.ts'
import { all, type Db, one, run } from '../database.ts'
import type { SnapshotEntries, SnapshotEntry, SnapshotEntryRow, SnapshotRow } from './list-snapshots.ts'

// A version of a list is stored as what it changes of the version that was stored before it, whatever became of that one: a row
// of `snapshot_changes` for each key of which it says something else. What it says of a key is the last row up to it.

/** A version, as its rows name it. */
export type VersionId = Pick<SnapshotRow, 'id' | 'list_id'>

/** In SQL: the version of the last row up to a version, for the key of the row `c`. @param id of the version, as SQL. */
export const lastUpTo = (id: string) => `(select l.snapshot from snapshot_changes l
  where l.list = c.list and l.key = c.key and l.snapshot <= ${id} order by l.snapshot desc limit 1)`

const columns = `k.key, coalesce(c.address, k.address, '0x' || substr(k.key, instr(k.key, ':') + 1)) as address,
  ifnull(c.assets, '[]') as assets, c.subject, ifnull(c.subject_ids, '[]') as subject_ids,
  ifnull(c.programs, '[]') as programs, c.listed_on, c.published_by, c.removed_on`

/** For the test that no scan stands behind it. */
export const snapshotEntrySql = `select ${columns}, c.gone from list_numbers n
  cross join list_keys k on k.key = ?1 and k.variant_of is null
  cross join snapshot_changes c on c.list = n.number and c.key = k.id and c.snapshot <= ?2
  where n.list_id = ?3 order by c.snapshot desc limit 1`

/** What a version says of one key, as it is stored. */
export function readSnapshotEntry(db: Db, version: VersionId, key: Key): SnapshotEntryRow | undefined {
  const row = one<SnapshotEntryRow & { gone: number | null }>(
    db,
    snapshotEntrySql,
    ...[key, version.id, version.list_id],
  )
  if (row === undefined) return undefined
  const { gone, ...entry } = row
  return gone === null ? entry : undefined
}

/**
 * Writes what a version says of a key, where the version before says something else. `putVariants` was called for the key.
 *
 * @param says `null`: it does not name the key.
 */
export function putSnapshotChange(
  db: Db,
  { id, list_id }: VersionId,
  key: Key,
  says: SnapshotEntryRow | null,
): void {
  const { changes } = run(
    db,
    `insert or replace into snapshot_changes
       (list, key, snapshot, gone, address, assets, subject, programs, listed_on, published_by, removed_on, subject_ids)
     select n.number, k.id, ?3, ?4, nullif(?5, coalesce(k.address, '0x' || substr(k.key, instr(k.key, ':') + 1))),
       nullif(?6, '[]'), ?7, nullif(?8, '[]'), ?9, ?10, ?11, nullif(?12, '[]')
     from list_numbers n, list_keys k where n.list_id = ?1 and k.key = ?2 and k.variant_of is null`,
    ...[list_id, key, id, says === null ? 1 : null, says?.address ?? null, says?.assets ?? null],
    ...[says?.subject ?? null, says?.programs ?? null, says?.listed_on ?? null],
    ...[says?.published_by ?? null, says?.removed_on ?? null, says?.subject_ids ?? null],
  )
  if (changes === 0) throw new Error(`the key ${key}, or the list ${list_id}, has no number`)
}

/** Numbers of keys: above `from`, up to `to`. */
export interface KeyRange {
  from: number
  to: number
}

/** Rows in a range: a few milliseconds of work. */
const rowsAtOnce = 500

/** Ranges of so many rows of a list each: together, every key of it. */
export function* keyRanges(
  db: Db,
  table: 'snapshot_changes' | 'entry_versions',
  listId: string,
): Generator<KeyRange> {
  for (let from = 0; from < Number.MAX_SAFE_INTEGER; ) {
    const last = one<{ key: number }>(
      db,
      `select key from ${table} where list = (select number from list_numbers where list_id = ?) and key > ?
       order by key limit 1 offset ${rowsAtOnce - 1}`,
      ...[listId, from],
    )
    const to = last?.key ?? Number.MAX_SAFE_INTEGER
    yield { from, to }
    from = to
  }
}

/** What a version says of the keys of a range. */
export function entriesInRange(
  db: Db,
  { id, list_id }: VersionId,
  { from, to }: KeyRange,
): SnapshotEntryRow[] {
  return all<SnapshotEntryRow>(
    db,
    `select ${columns} from snapshot_changes c cross join list_keys k on k.id = c.key
     where c.list = (select number from list_numbers where list_id = ?1) and c.key > ?2 and c.key <= ?3
       and c.gone is null and c.snapshot = ${lastUpTo('?4')} order by c.key`,
    ...[list_id, from, to, id],
  )
}

/** The entries of a stored version, in the order in which their keys came into the ledger, read a few at a time. */
export function storedEntries(db: Db, version: VersionId): SnapshotEntries {
  const row = one<{ count: number }>(
    db,
    `select count(*) as count from snapshot_changes c
     where c.list = (select number from list_numbers where list_id = ?1) and c.gone is null
       and c.snapshot = ${lastUpTo('?2')}`,
    ...[version.list_id, version.id],
  )
  return {
    length: row?.count ?? 0,
    has: (key) => readSnapshotEntry(db, version, key) !== undefined,
    *[Symbol.iterator]() {
      for (const range of keyRanges(db, 'snapshot_changes', version.list_id))
        yield* entriesInRange(db, version, range).map(snapshotEntryOf)
    },
  }
}

/** A key of which two versions say different things, or one of them nothing. */
export type Changed = [from: SnapshotEntry | undefined, to: SnapshotEntry | undefined]

/** What two versions of a list say of a key: only of keys that a version between them changed, some at a time. */
export function* changedBetween(db: Db, from: VersionId, to: VersionId): Generator<Changed> {
  const [older, newer] = from.id < to.id ? [from.id, to.id] : [to.id, from.id]
  const read = (version: VersionId, key: Key) => {
    const row = readSnapshotEntry(db, version, key)
    return row && snapshotEntryOf(row)
  }
  for (const range of keyRanges(db, 'snapshot_changes', from.list_id)) {
    const keys = all<{ key: Key }>(
      db,
      `select distinct k.key from snapshot_changes c cross join list_keys k on k.id = c.key
       where c.list = (select number from list_numbers where list_id = ?1) and c.key > ?2 and c.key <= ?3
         and c.snapshot > ?4 and c.snapshot <= ?5`,
      ...[from.list_id, range.from, range.to, older, newer],
    )
    for (const { key } of keys) yield [read(from, key), read(to, key)]
  }
}

/** How many keys of a family are in force in one version, and in another. */
export interface ForceCount {
  family: string
  was: 0 | 1
  is: 0 | 1
  count: number
}

/** How many keys of a range two versions have in force. @param was `null`: there is no such version. */
export function countForce(
  db: Db,
  was: VersionId | null,
  is: VersionId,
  { from, to }: KeyRange,
): ForceCount[] {
  const inForce = (
    id: string,
  ) => `ifnull((select l.gone is null and l.removed_on is null from snapshot_changes l
    where l.list = c.list and l.key = c.key and l.snapshot <= ${id} order by l.snapshot desc limit 1), 0)`
  return all<ForceCount>(
    db,
    `select substr(k.key, 1, instr(k.key, ':') - 1) as family, ${inForce('?4')} as was, ${inForce('?5')} as "is",
       count(*) as count
     from (select distinct list, key from snapshot_changes
       where list = (select number from list_numbers where list_id = ?1) and key > ?2 and key <= ?3) c
     cross join list_keys k on k.id = c.key group by 1, 2, 3`,
    ...[is.list_id, from, to, was?.id ?? -1, is.id],
  )
}

function snapshotEntryOf(row: SnapshotEntryRow): SnapshotEntry {
  return {
    key: row.key,
    address: row.address,
    assets: JSON.parse(row.assets) as string[],
    subject: row.subject,
    subjectIds: JSON.parse(row.subject_ids) as string[],
    programs: JSON.parse(row.programs) as string[],
    listedOn: row.listed_on,
    publishedBy: row.published_by,
    removedOn: row.removed_on,
  }
}
