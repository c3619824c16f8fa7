import { equivalents, indexVariants } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { type Match, Watchlist } from '../../screening/watchlist.ts'
import { all, type Db, each, one, run } from '../database.ts'
import { readEntry } from './list-entries.ts'

/**
 * Gives a key its number, and makes it findable with every variant that a party may match it by. Whoever writes what a list says
 * of a new key calls this, in the same transaction or an earlier one: rows refer to the key by its number. Twice is once.
 *
 * @param address as published: rows with this text need not repeat it. `null`: what the key says.
 * @param variants of the key, where they were worked out before: that takes longer than writing them.
 */
export function putVariants(
  db: Db,
  key: Key,
  address: string | null,
  variants: readonly Key[] = indexVariants(key),
): void {
  run(
    db,
    `insert into list_keys (key, address) values (?1, nullif(?2, '0x' || substr(?1, instr(?1, ':') + 1)))
     on conflict do nothing`,
    ...[key, address],
  )
  for (const variant of variants) {
    if (variant === key) continue
    run(
      db,
      `insert into list_keys (key, variant_of) select ?, id from list_keys where key = ? and variant_of is null
       on conflict do nothing`,
      ...[variant, key],
    )
  }
}

/** The variants that were written after this row, in order: what an index in memory lacks. @param limit at most so many. */
export function variantsSince(
  db: Db,
  id: number,
  limit: number | null = null,
): IterableIterator<{ id: number; variant: Key }> {
  return each(
    db,
    'select id, key as variant from list_keys where id > ? order by id limit ?',
    id,
    limit ?? -1,
  )
}

/** The last row. */
export function lastVariant(db: Db): number {
  return one<{ id: number | null }>(db, 'select max(id) as id from list_keys')?.id ?? 0
}

/** For the test that no scan stands behind it. */
export const matchedKeysSql = `select distinct n.list_id as listId, k.key from (
    select k.id from json_each(?1) asked cross join list_keys k on k.key = asked.value and k.variant_of is null
    union
    select v.variant_of from json_each(?1) asked
    cross join list_keys v on v.key = asked.value and v.variant_of is not null
  ) matched cross join entry_versions e on e.key = matched.id
  cross join list_numbers n on n.number = e.list cross join list_keys k on k.id = e.key
  order by n.list_id, k.key`

/**
 * Every entry of every list that a key matches, each on its most direct basis, as a {@link Watchlist} of all entries would
 * answer: a few index look-ups, however long the lists are.
 */
export function matchingEntries(db: Db, key: Key): readonly Match[] {
  const asked = [key, ...equivalents(key).map((variant) => variant.key)]
  const entries = all<{ listId: string; key: Key }>(db, matchedKeysSql, JSON.stringify(asked)).flatMap(
    (found) => readEntry(db, found.listId, found.key) ?? [],
  )
  return new Watchlist(0, entries).lookup(key)
}
