import type { Key } from '../address/key.ts'
import type { Category, Entry, Interval } from '../screening/types.ts'
import { all, type Db } from './database.ts'

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

/** Every entry that any list ever had, with the times in which it was in force: what a watchlist is built from. */
export function readEntries(db: Db): Entry[] {
  const intervals = new Map<string, Interval[]>()
  for (const row of all<{ list_id: string; key: Key; from: string; to: string | null }>(
    db,
    'select list_id, key, "from", "to" from list_intervals order by list_id, key, "from"',
  )) {
    const id = `${row.list_id} ${row.key}`
    const known = intervals.get(id)
    if (known === undefined) intervals.set(id, [{ from: row.from, to: row.to }])
    else known.push({ from: row.from, to: row.to })
  }
  return all<EntryRow>(
    db,
    `select e.list_id, l.category, e.key, e.address, e.subject, e.programs, e.listed_on, e.first_seen
     from list_entries e join lists l on l.id = e.list_id order by e.list_id, e.key`,
  ).map((row) => ({
    listId: row.list_id,
    category: row.category,
    key: row.key,
    address: row.address,
    subject: row.subject,
    programs: JSON.parse(row.programs) as string[],
    listedOn: row.listed_on,
    firstSeen: row.first_seen,
    intervals: intervals.get(`${row.list_id} ${row.key}`) ?? [],
  }))
}
