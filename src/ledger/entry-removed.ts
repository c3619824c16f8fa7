import type { Key } from '../address/key.ts'
import { writeEvent } from './alert-events.ts'
import { all, type Db, one } from './database.ts'

/** For the test that no scan stands behind it. */
export const alertsOfEntrySql = `select k.alert_id as id from alert_keys k join alerts a on a.id = k.alert_id
  where k.entry_key = ? and k.alert_id > ? and a.list_id = ? and a.list_revision < ? order by k.alert_id limit ?`

/**
 * Tells the alerts of an entry that it left its list, inside a transaction. Alerts raised since are not told: they
 * were raised knowing it.
 *
 * @param removal.revision the list revision that removed it.
 * @param after tells only alerts with a higher id. @returns the ids that were told, in order; at most `limit`.
 */
export function tellEntryRemoved(
  db: Db,
  removal: { listId: string; key: Key; revision: number },
  after: string,
  limit: number,
  at: string,
): string[] {
  const { listId, key, revision } = removal
  const entry = one<{ removed_on: string | null }>(
    db,
    'select removed_on from list_entries where list_id = ? and key = ?',
    ...[listId, key],
  )
  const alerts = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  for (const { id } of alerts) {
    const data = { revision, removed_on: entry?.removed_on ?? null }
    writeEvent(db, { alertId: id, at, kind: 'entry-removed', data })
  }
  return alerts.map(({ id }) => id)
}
