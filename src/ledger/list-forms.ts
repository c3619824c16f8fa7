import { equivalents } from '../address/equivalents.ts'
import { indexForms } from '../address/index-forms.ts'
import type { Key } from '../address/key.ts'
import { type Match, Watchlist } from '../screening/watchlist.ts'
import { all, type Db, each, one, run } from './database.ts'
import { readEntry } from './list-entries.ts'

/**
 * Makes a key findable, with every form by which a party may meet it. Whoever writes a row of `list_rows` for a new key calls
 * this, in the same transaction or an earlier one: an entry whose key was never put here is met by nobody. Twice is
 * once.
 *
 * @param forms of the key, where they were worked out before: that takes longer than writing them.
 */
export function putForms(db: Db, key: Key, forms: readonly Key[] = indexForms(key)): void {
  for (const form of forms) {
    run(
      db,
      'insert into list_forms (form, key) values (?, ?) on conflict do nothing',
      form,
      form === key ? null : key,
    )
  }
}

/** The forms that were written after this row, in order: what an index in memory lacks. @param limit at most so many. */
export function formsSince(
  db: Db,
  id: number,
  limit: number | null = null,
): IterableIterator<{ id: number; form: Key }> {
  return each(db, 'select id, form from list_forms where id > ? order by id limit ?', id, limit ?? -1)
}

/** The last row. */
export function lastForm(db: Db): number {
  return one<{ id: number | null }>(db, 'select max(id) as id from list_forms')?.id ?? 0
}

/** For the test that no scan stands behind it. */
export const keysMetSql = `select distinct e.list_id as listId, e.key from (
    select value as key from json_each(?1)
    union select f.key from json_each(?1) asked cross join list_forms f on f.form = asked.value where f.key is not null
  ) met cross join list_rows e on e.key = met.key order by e.list_id, e.key`

/**
 * Every entry of every list that a key meets, each on its most direct basis, as a {@link Watchlist} of all entries would
 * answer: a few index look-ups, however long the lists are.
 */
export function entriesMet(db: Db, key: Key): readonly Match[] {
  const asked = [key, ...equivalents(key).map((form) => form.key)]
  const entries = all<{ listId: string; key: Key }>(db, keysMetSql, JSON.stringify(asked)).flatMap(
    (found) => readEntry(db, found.listId, found.key) ?? [],
  )
  return new Watchlist(0, entries).lookup(key)
}
