import type { Key } from '../../address/key.ts'
import type { Category, Entry } from '../../screening/types.ts'
import { all, type Db, one } from '../database.ts'
import { countingLoad, type EntryVersion, readVersion } from './entry-versions.ts'
import { keyRanges } from './snapshot-changes.ts'

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
    subjectIds: JSON.parse(version.subject_ids) as string[],
    programs: JSON.parse(version.programs) as string[],
    listedOn: version.listed_on,
    firstSeen: version.first_seen,
    intervals: version.intervals,
  }
}

/** The keys that a list has in force now, in the order in which they came into the ledger, read a few at a time. */
export function* keysInForce(db: Db, listId: string): Generator<Key> {
  for (const { from, to } of keyRanges(db, 'entry_versions', listId)) {
    const rows = all<{ key: Key }>(
      db,
      `select k.key from entry_versions v cross join list_keys k on k.id = v.key
       where v.list = (select number from list_numbers where list_id = ?) and v.key > ? and v.key <= ?
         and v.removed_on is null and v.load = ${countingLoad} order by v.key`,
      ...[listId, from, to],
    )
    for (const { key } of rows) yield key
  }
}
