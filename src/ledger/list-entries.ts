import type { Key } from '../address/key.ts'
import type { Category, Entry, Interval } from '../screening/types.ts'
import { all, type Db, one } from './database.ts'

interface EntryRow {
  list_id: string
  category: Category
  key: Key
  address: string
  subject: string | null
  programs: string
  listed_on: string | null
  first_seen: string
}

/** One entry as it is now, in force or not, with the times in which it was. */
export function readEntry(db: Db, listId: string, key: Key): Entry | undefined {
  const row = one<EntryRow>(
    db,
    `select e.list_id, l.category, e.key, e.address, e.subject, e.programs, e.listed_on, e.first_seen
     from list_entries e join lists l on l.id = e.list_id where e.list_id = ? and e.key = ?`,
    ...[listId, key],
  )
  const intervals = all<Interval>(
    db,
    'select "from", "to" from list_intervals where list_id = ? and key = ? order by "from"',
    ...[listId, key],
  )
  return row && entryOf(row, intervals)
}

function entryOf(row: EntryRow, intervals: readonly Interval[]): Entry {
  return {
    listId: row.list_id,
    category: row.category,
    key: row.key,
    address: row.address,
    subject: row.subject,
    programs: JSON.parse(row.programs) as string[],
    listedOn: row.listed_on,
    firstSeen: row.first_seen,
    intervals,
  }
}

/** The keys that a list has in force now. */
export function keysInForce(db: Db, listId: string): Set<Key> {
  const rows = all<{ key: Key }>(
    db,
    'select key from list_entries where list_id = ? and removed_on is null order by key',
    listId,
  )
  return new Set(rows.map(({ key }) => key))
}
