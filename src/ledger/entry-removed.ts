import type { Key } from '../address/key.ts'
import { writeEvent } from './alert-events.ts'
import { all, type Db, one } from './database.ts'
import { readVersion } from './entry-versions.ts'

/** For the test that no scan stands behind it. */
export const alertsOfEntrySql = `select k.alert_id as id from alert_keys k join alerts a on a.id = k.alert_id
  where k.entry_key = ? and k.alert_id > ? and a.list_id = ? and a.list_revision < ? order by k.alert_id limit ?`

/** That an entry left its list. */
export interface Removal {
  listId: string
  key: Key
  /** The list revision that removed it. */
  revision: number
  /** The row of `rescreens` that says so. */
  load: number
}

/**
 * Tells the alerts of an entry that it left its list, inside a transaction. Alerts raised since are not told: they
 * were raised knowing it.
 *
 * @param after tells only alerts with a higher id. @returns the ids that were told, in order; at most `limit`.
 */
export function tellEntryRemoved(
  db: Db,
  removal: Removal,
  after: string,
  limit: number,
  at: string,
): string[] {
  const { listId, key, revision } = removal
  const alerts = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  const data = { revision, removed_on: alerts.length === 0 ? null : removedOn(db, removal) }
  for (const { id } of alerts) writeEvent(db, { alertId: id, at, kind: 'entry-removed', data })
  return alerts.map(({ id }) => id)
}

/** As the version that removed it says, for it may be listed again by now; `null` where a reorg undid a freeze. */
function removedOn(db: Db, { listId, key, load }: Removal): string | null {
  const removed = one<{ removed_on: string | null }>(
    db,
    'select removed_on from list_rows where list_id = ? and key = ? and load = ?',
    ...[listId, key, load],
  )
  if (removed !== undefined) return removed.removed_on
  // An issuer's freeze has no versions, and neither has what is older than they are.
  const now = readVersion(db, listId, key)
  const ended = now?.intervals.findLast(({ to }) => to !== null)?.to ?? null
  return now?.removed_on ?? ended?.slice(0, 'YYYY-MM-DD'.length) ?? null
}
