import type { Key } from '../../address/key.ts'
import { all, type Db } from '../database.ts'
import { keysMetSql } from '../lists/list-forms.ts'
import { addRescreen, addRescreenItem, type RescreenItem } from '../lists/rescreens.ts'
import { readRevisions } from '../revisions.ts'
import { withHolderForms } from './own-forms.ts'

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
 * are forms themselves.
 */
export function itemsNaming(db: Db, keys: readonly Key[]): RescreenItem[] {
  const met = all<Pick<RescreenItem, 'listId' | 'key'>>(db, keysMetSql, JSON.stringify(withHolderForms(keys)))
  return met.map((entry) => ({ ...entry, change: 'added' }))
}

function own(db: Db, whole: boolean, at: string) {
  return { kind: 'own' as const, listId: null, revision: readRevisions(db).list, whole, at }
}
