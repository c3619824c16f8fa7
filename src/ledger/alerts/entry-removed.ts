import { all, type Db } from '../database.ts'
import { removalAt } from '../lists/list-removals.ts'
import { writeEvent } from './alert-events.ts'
import { departureOf, isTold, type Removal } from './departures.ts'

/** For the test that no scan stands behind it. */
export const alertsOfEntrySql = `select k.alert_id as id from alert_keys k join alerts a on a.id = k.alert_id
  where k.entry_key = ? and k.alert_id > ? and a.list_id = ? and a.list_revision < ? order by k.alert_id limit ?`

/**
 * Tells the alerts of an entry that it left its list, inside a transaction. Alerts raised since are not told: they
 * were raised knowing it. Nor are any where a reorg undid it, or those that were told of the same release before.
 *
 * @param after looks only at alerts with a higher id, at most `limit`. @returns how many were told, and the last id that was
 * looked at; `null` when that is all of them.
 */
export function tellEntryRemoved(
  db: Db,
  removal: Removal,
  after: string,
  limit: number,
  at: string,
): { told: number; last: string | null } {
  const { listId, key, revision } = removal
  const alerts = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  const departure = alerts.length === 0 ? null : departureOf(db, removal)
  if (departure === null) return { told: 0, last: null }
  const untold = alerts.filter(({ id }) => !isTold(db, id, removal, departure))
  // Where a person took the whole list out of force, it is theirs.
  const by = untold.length === 0 ? undefined : removalAt(db, listId, revision)
  const data = { revision, ...departure, ...(by && { reason: 'list-removed' }) }
  const person = by && { actor: by.actor, note: by.note }
  for (const { id } of untold) writeEvent(db, { alertId: id, at, kind: 'entry-removed', ...person, data })
  return { told: untold.length, last: alerts.length < limit ? null : (alerts.at(-1)?.id ?? null) }
}
