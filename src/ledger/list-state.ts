import type { Key } from '../address/key.ts'
import { type Db, one } from './database.ts'
import type { RescreenItem } from './rescreens.ts'

/** What screening knows of one entry, to tell whether it changed. */
interface EntryState {
  inForce: boolean
  /** When it was in force, as text. */
  spans: string
  /** All else that is said of it, as text. */
  row: string
}

/** What screening knows of the entries of one list that a change may touch. */
export type ListState = ReadonlyMap<Key, EntryState>

export function readListState(db: Db, listId: string, keys: Iterable<Key>): ListState {
  const state = new Map<Key, EntryState>()
  for (const key of keys) {
    const row = one<{ in_force: number; spans: string; row: string }>(
      db,
      `select removed_on is null as in_force,
         json_array(family, address, assets, subject, programs, listed_on, first_seen, removed_on) as row,
         (select json_group_array("from" || ' ' || ifnull("to", '')) from
           (select "from", "to" from list_intervals i where i.list_id = e.list_id and i.key = e.key order by "from")
         ) as spans
       from list_entries e where list_id = ? and key = ?`,
      ...[listId, key],
    )
    if (row !== undefined) state.set(key, { inForce: row.in_force === 1, spans: row.spans, row: row.row })
  }
  return state
}

export function sameListState(a: ListState, b: ListState): boolean {
  if (a.size !== b.size) return false
  return [...a].every(([key, state]) => {
    const other = b.get(key)
    return other !== undefined && other.spans === state.spans && other.row === state.row
  })
}

/**
 * What has to be matched with stored history: entries that may alert on transfers they did not alert on before, and
 * those that are no longer in force.
 */
export function listChanges(listId: string, before: ListState, after: ListState): RescreenItem[] {
  return [...after].flatMap(([key, state]): RescreenItem[] => {
    const old = before.get(key)
    if (old?.inForce) return state.inForce ? [] : [{ listId, key, change: 'removed' }]
    // Also one that is not in force: a transfer of when it was, that nobody knew of, alerts.
    return old?.spans === state.spans ? [] : [{ listId, key, change: 'added' }]
  })
}
