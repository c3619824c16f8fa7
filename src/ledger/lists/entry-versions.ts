import type { Key } from '../../address/key.ts'
import type { Interval } from '../../screening/types.ts'
import { type Db, one, run } from '../database.ts'
import type { SnapshotEntryRow } from './list-snapshots.ts'
import { putListNumber } from './lists.ts'

/** An entry of a list, as one version of the list leaves it. */
export interface EntryVersion extends Omit<SnapshotEntryRow, 'published_by'> {
  /** The date by which the address was published. */
  first_seen: string
  /** When it was in force: in order, and at least one. The last one has no end while the entry is in force. */
  intervals: readonly Interval[]
}

/** An entry as it is now: what was written under a load that does not count yet is not seen. */
export function readVersion(db: Db, listId: string, key: Key): EntryVersion | undefined {
  const row = one<StoredVersion>(
    db,
    `select ${columns} from list_rows_now where list_id = ? and key = ?`,
    ...[listId, key],
  )
  return row && asVersion(row)
}

/** An entry as a load left it, whatever became of it since. */
export function versionOfLoad(
  db: Db,
  { listId, key, load }: { listId: string; key: Key; load: number },
): EntryVersion | undefined {
  const row = one<StoredVersion>(
    db,
    `select ${columns} from list_rows where list_id = ? and key = ? and load = ?`,
    ...[listId, key, load],
  )
  return row && asVersion(row)
}

/** Whether an entry was in force at a list revision; `undefined` where it was not known yet. */
export function wasInForce(db: Db, listId: string, key: Key, revision: number): boolean | undefined {
  const row = one<{ removed_on: string | null }>(db, versionAtSql, key, listId, revision)
  return row && row.removed_on === null
}

/** For the test that no scan stands behind it. Load 0 is of before loads had a revision. */
export const versionAtSql = `select v.removed_on from list_numbers n
  cross join list_keys k on k.key = ? and k.variant_of is null
  cross join entry_versions v on v.list = n.number and v.key = k.id
  left join rescreens j on j.id = v.load
  where n.list_id = ? and j.state is not 'staging' and ifnull(j.revision, 0) <= ?
  order by v.load desc limit 1`

/** In SQL: which version `v` of an entry is the entry, the highest that counts. */
export const countingLoad = `(select w.load from entry_versions w where w.list = v.list and w.key = v.key
  and (select state from rescreens where id = w.load) is not 'staging' order by w.load desc limit 1)`

const columns =
  'key, address, assets, subject, subject_ids, programs, listed_on, first_seen, removed_on, intervals' as const

type StoredVersion = Omit<EntryVersion, 'intervals'> & { intervals: string }

function asVersion(row: StoredVersion): EntryVersion {
  return { ...row, intervals: JSON.parse(row.intervals) as Interval[] }
}

/**
 * Writes a version of an entry. It counts from when its load, a row of `rescreens`, is not staging any more. The key has
 * its number: `putVariants` was called for it.
 */
export function putVersion(db: Db, listId: string, load: number, version: EntryVersion): void {
  const {
    key,
    address,
    assets,
    subject,
    subject_ids,
    programs,
    listed_on,
    first_seen,
    removed_on,
    intervals,
  } = version
  const [only, ...more] = intervals
  const isPlain = more.length === 0 && only?.from === first_seen && only.to === removed_on
  const put = () =>
    run(
      db,
      `insert or replace into entry_versions
         (list, key, load, address, assets, subject, programs, listed_on, first_seen, removed_on, intervals, subject_ids)
       select n.number, k.id, ?3, nullif(?4, coalesce(k.address, '0x' || substr(k.key, instr(k.key, ':') + 1))),
         nullif(?5, '[]'), ?6, nullif(?7, '[]'), ?8, ?9, ?10, ?11, nullif(?12, '[]')
       from list_numbers n, list_keys k where n.list_id = ?1 and k.key = ?2 and k.variant_of is null`,
      ...[listId, key, load, address, assets, subject, programs, listed_on, first_seen, removed_on],
      ...[isPlain ? null : JSON.stringify(intervals), subject_ids],
    ).changes
  if (put() > 0) return
  putListNumber(db, listId)
  if (put() === 0) throw new Error(`the key ${key} has no number`)
}

/** Takes every version of an entry out: it never was. */
export function removeVersions(db: Db, listId: string, key: Key): void {
  run(
    db,
    `delete from entry_versions where list = (select number from list_numbers where list_id = ?)
       and key = (select id from list_keys where key = ? and variant_of is null)`,
    ...[listId, key],
  )
}

/** Whether both say the same. */
export function sameVersion(a: EntryVersion | undefined, b: EntryVersion | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.address === b.address &&
    a.assets === b.assets &&
    a.subject === b.subject &&
    a.subject_ids === b.subject_ids &&
    a.programs === b.programs &&
    a.listed_on === b.listed_on &&
    a.first_seen === b.first_seen &&
    a.removed_on === b.removed_on &&
    sameIntervals(a.intervals, b.intervals)
  )
}

export function sameIntervals(a: readonly Interval[], b: readonly Interval[]): boolean {
  return (
    a.length === b.length && a.every(({ from, to }, index) => b[index]?.from === from && b[index]?.to === to)
  )
}
