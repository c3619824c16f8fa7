import { holderVariants } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { type Match, matchParty } from '../../screening/watchlist.ts'
import { all, type Db, run } from '../database.ts'
import { matchedKeysSql, matchingEntries } from '../lists/list-variants.ts'
import { addRescreen, addRescreenItem, type RescreenItem } from '../lists/rescreens.ts'
import { readRevisions } from '../revisions.ts'

/** New own addresses of which each is looked up: some milliseconds. For more, every entry of every list is held against them. */
export const fewAddresses = 1_000

/**
 * Own addresses that are new may stand on a list: writes down the entries that name them or an equivalent, if there are any,
 * for the re-screen to say so. In the transaction that makes them own: an entry that comes later finds them.
 */
export function noteNewOwn(db: Db, keys: readonly Key[], at: string): void {
  const items = itemsNaming(db, keys)
  if (items.length === 0) return
  const id = addRescreen(db, own(db, false, at))
  for (const item of items) addRescreenItem(db, id, item)
}

/** The same of many, without a look at them. */
export function noteManyOwn(db: Db, at: string): void {
  addRescreen(db, own(db, true, at))
}

/**
 * The entries that name own addresses or an equivalent. Own addresses and what they hold are of a chain that is followed, and so
 * are variants themselves.
 */
export function itemsNaming(db: Db, keys: readonly Key[]): RescreenItem[] {
  const matched = all<Pick<RescreenItem, 'listId' | 'key'>>(
    db,
    matchedKeysSql,
    JSON.stringify(withHolderVariants(keys)),
  )
  return matched.map((entry) => ({ ...entry, change: 'added' }))
}

function own(db: Db, whole: boolean, at: string) {
  return { kind: 'own' as const, listId: null, revision: readRevisions(db).list, whole, at }
}

/** For SQL that writes many rows: `holder_forms(key)`, a JSON array of keys. On each connection that writes own addresses. */
export function addVariantsFunction(db: Db): void {
  db.function('holder_forms', { deterministic: true }, (key: unknown) =>
    JSON.stringify(holderVariants(key as Key).map((variant) => variant.key)),
  )
}

/**
 * Writes down by which other keys an address can be found that is about to be own. In the transaction that writes its row, or an
 * earlier one: what a list names by such a key is not found else. Twice is once.
 */
export function putOwnVariants(db: Db, key: Key): void {
  for (const { key: variant } of holderVariants(key))
    run(db, 'insert into own_forms (form, key) values (?, ?) on conflict do nothing', variant, key)
}

/** The keys by which a list may name these own addresses, beside the equivalents of what it lists. */
function withHolderVariants(keys: readonly Key[]): Key[] {
  return keys.flatMap((key) => [key, ...holderVariants(key).map((variant) => variant.key)])
}

/** Of the keys that match an entry, those that may be own, and the own addresses that hold one of them. */
export function mayBeOwn(db: Db, variants: readonly Key[]): Key[] {
  const held = all<{ key: Key }>(db, mayBeOwnSql, JSON.stringify(variants))
  return [...new Set([...variants, ...held.map(({ key }) => key)])]
}

/** For the test that no scan stands behind it. */
export const mayBeOwnSql = `select f.key from json_each(?) cross join own_forms f on f.form = json_each.value`

/** The entries that name an own address, by the rule for every party: see {@link holderVariants}. */
export function entriesNaming(db: Db, key: Key): readonly Match[] {
  return matchParty(
    { lookup: (variant) => matchingEntries(db, variant) },
    { key, variants: holderVariants(key) },
  )
}
