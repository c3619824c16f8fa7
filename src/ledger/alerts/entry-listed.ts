import { all, type Db, one } from '../database.ts'
import { readVersion, versionOfLoad, wasInForce } from '../lists/entry-versions.ts'
import { writeEvent } from './alert-events.ts'
import { isReadFromChain, type Removal } from './departures.ts'
import { alertsOfEntrySql } from './entry-removed.ts'

/** An alert, with what it is to be told of its entry against. */
interface KnownAlert {
  id: string
  list_revision: number
  subject: string | null
}

/** How many alerts were told what, and the last id that was looked at; `null` when that is all of them. */
export interface ListingTold {
  listedAgain: number
  regraded: number
  last: string | null
}

/**
 * Tells the alerts of an entry what a revision made of it, inside a transaction: `listed-again`, that it is back on its list,
 * to those that know it as removed; else `regraded`, that it is another party's now, to those that know another. Alerts raised
 * since are not told: they were raised knowing it.
 *
 * @param listing the revision, and the load of its rows. @param after looks only at alerts with a higher id, at most `limit`.
 */
export function tellEntryListed(
  db: Db,
  listing: Removal,
  after: string,
  limit: number,
  at: string,
): ListingTold {
  const { listId, key, revision } = listing
  const told: ListingTold = { listedAgain: 0, regraded: 0, last: null }
  const ids = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  const version = ids.length === 0 ? undefined : versionOfLoad(db, listing)
  if (version === undefined) return told
  const { subject, programs } = version
  const from = isBack(db, listing, version.removed_on) ? version.intervals.at(-1)?.from : undefined
  for (const { id } of ids) {
    const alert = one<KnownAlert>(db, 'select id, list_revision, subject from alerts where id = ?', id)
    if (alert === undefined) continue
    const isAnother = knownSubject(db, alert) !== subject
    const party = { subject, programs: JSON.parse(programs) as string[] }
    if (from !== undefined && knowsAsRemoved(db, listing, alert)) {
      const data = { revision, in_force_from: from, ...party }
      writeEvent(db, { alertId: id, at, kind: 'listed-again', data })
      told.listedAgain++
    } else if (isAnother) {
      writeEvent(db, { alertId: id, at, kind: 'regraded', data: { revision, ...party } })
      told.regraded++
    }
  }
  told.last = ids.length < limit ? null : (ids.at(-1)?.id ?? null)
  return told
}

/** A reorg may have undone a freeze, or brought back a release, that another branch of the chain had: that is not told. */
function isBack(db: Db, { listId, key }: Removal, removedOn: string | null): boolean {
  if (removedOn !== null) return false
  return !isReadFromChain(db, listId) || readVersion(db, listId, key)?.removed_on === null
}

/** Whether an alert was last told that its entry is gone or, where it was told nothing, was raised when it was. */
function knowsAsRemoved(db: Db, { listId, key }: Removal, alert: KnownAlert): boolean {
  const last = one<{ kind: string }>(
    db,
    `select kind from alert_events where alert_id = ? and kind in ('entry-removed', 'listed-again')
     order by seq desc limit 1`,
    alert.id,
  )
  if (last !== undefined) return last.kind === 'entry-removed'
  return wasInForce(db, listId, key, alert.list_revision) === false
}

/** The party as the alert last heard of it. */
function knownSubject(db: Db, alert: KnownAlert): string | null {
  const told = one<{ subject: string | null }>(
    db,
    `select data ->> '$.subject' as subject from alert_events
     where alert_id = ? and kind in ('listed-again', 'regraded') and json_type(data, '$.subject') is not null
     order by seq desc limit 1`,
    alert.id,
  )
  return told === undefined ? alert.subject : told.subject
}
