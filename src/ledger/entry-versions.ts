import { type Key, keyFamily } from '../address/key.ts'
import type { Interval } from '../screening/types.ts'
import { type Db, one, run } from './database.ts'
import type { SnapshotEntryRow } from './list-snapshots.ts'

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
  const row = one<{ removed_on: string | null }>(db, versionAtSql, listId, key, revision)
  return row && row.removed_on === null
}

/** For the test that no scan stands behind it. Load 0 is of before loads had a revision. */
export const versionAtSql = `select r.removed_on from list_rows r left join rescreens j on j.id = r.load
  where r.list_id = ? and r.key = ? and j.state is not 'staging' and ifnull(j.revision, 0) <= ?
  order by r.load desc limit 1`

const columns =
  'key, address, assets, subject, programs, listed_on, first_seen, removed_on, intervals' as const

type StoredVersion = Omit<EntryVersion, 'intervals'> & { intervals: string }

function asVersion(row: StoredVersion): EntryVersion {
  return { ...row, intervals: JSON.parse(row.intervals) as Interval[] }
}

/**
 * Writes a version of an entry. It counts from when its load, a row of `rescreens`, is not staging any more. Whoever writes one
 * of a new key calls `putForms` too.
 */
export function putVersion(db: Db, listId: string, load: number, version: EntryVersion): void {
  run(
    db,
    `insert or replace into list_rows
       (list_id, key, load, family, address, assets, subject, programs, listed_on, first_seen, removed_on, intervals)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[listId, version.key, load, keyFamily(version.key), version.address, version.assets, version.subject],
    ...[version.programs, version.listed_on, version.first_seen, version.removed_on],
    JSON.stringify(version.intervals),
  )
}

/** Whether both say the same. */
export function sameVersion(a: EntryVersion | undefined, b: EntryVersion | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    a.address === b.address &&
    a.assets === b.assets &&
    a.subject === b.subject &&
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
