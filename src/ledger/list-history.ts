import { type Key, keyFamily } from '../address/key.ts'
import { type Db, run } from './database.ts'
import { putForms } from './list-forms.ts'

/** What is known of when an address stood on a list, beside what the list's own files say. */
export interface AddressHistory {
  key: Key
  /** As published. */
  address: string
  /** The source's labels. */
  assets: readonly string[]
  /** The source's date for the party, where known. */
  listedOn: string | null
  /** The date by which the address was published. */
  publishedBy: string
  /** The date by which it was removed; `null` where it was not. */
  removedBy: string | null
}

/**
 * Makes known what was removed before a list's snapshot was issued, as entries with a closed interval: a transfer of
 * back then is judged by the list of back then. Entries that the ledger has already stay as they are. Inside a
 * transaction.
 *
 * @param date the snapshot's: what was removed later may still stand in it.
 */
export function seedRemoved(db: Db, listId: string, history: readonly AddressHistory[], date: string): void {
  for (const { key, address, assets, listedOn, publishedBy, removedBy } of history) {
    if (removedBy === null || removedBy > date) continue
    const { changes } = run(
      db,
      `insert into list_entries
         (list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on)
       values (?, ?, ?, ?, ?, null, '[]', ?, ?, ?) on conflict do nothing`,
      ...[listId, key, keyFamily(key), address, JSON.stringify(assets), listedOn, publishedBy, removedBy],
    )
    if (changes === 0) continue
    putForms(db, key)
    run(
      db,
      'insert into list_intervals (list_id, key, "from", "to") values (?, ?, ?, ?)',
      ...[listId, key, publishedBy, removedBy],
    )
  }
}
