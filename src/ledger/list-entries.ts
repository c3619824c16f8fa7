import type { Key } from '../address/key.ts'
import type { Category, Entry } from '../screening/types.ts'
import { all, type Db, one } from './database.ts'
import { type EntryVersion, readVersion } from './entry-versions.ts'

/** One entry as it is now, in force or not, with the times in which it was. */
export function readEntry(db: Db, listId: string, key: Key): Entry | undefined {
  const version = readVersion(db, listId, key)
  const list = one<{ category: Category }>(db, 'select category from lists where id = ?', listId)
  return version && list && entryOf({ listId, category: list.category }, version)
}

/** A version of an entry, as screening sees it. */
export function entryOf(list: Pick<Entry, 'listId' | 'category'>, version: EntryVersion): Entry {
  return {
    ...list,
    key: version.key,
    address: version.address,
    subject: version.subject,
    programs: JSON.parse(version.programs) as string[],
    listedOn: version.listed_on,
    firstSeen: version.first_seen,
    intervals: version.intervals,
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
