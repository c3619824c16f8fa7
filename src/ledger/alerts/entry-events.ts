import type { Key } from '../../address/key.ts'
import { all, type Db, one } from '../database.ts'
import { readVersion, versionOfLoad, wasInForce } from '../lists/entry-versions.ts'
import { removalAt } from '../lists/list-removals.ts'
import { snapshotOfRevision } from '../lists/list-snapshots.ts'
import { freezeListFormat } from '../lists/lists.ts'
import { isSameParty, type SaidOfParty } from '../lists/next-version.ts'
import { writeEvent } from './write-alert.ts'

/** An alert, with what its entry is compared with for the next event. */
interface KnownAlert extends SaidOfParty {
  id: string
  list_revision: number
}

/** How many events were written, and the last alert that was checked; `null` when that is all of them. */
interface ListedEvents {
  listedAgain: number
  regraded: number
  last: string | null
}

/**
 * Writes the events of the alerts of an entry for a list revision, inside a transaction: `listed-again` where it is back on its
 * list and the alert has it as removed; else `regraded` where it is another party's now. Alerts that were raised since get none:
 * they have the entry as it is.
 *
 * @param listing the revision, and the load of its rows. @param after only alerts with a higher id, at most `limit`.
 */
export function writeListedEvents(
  db: Db,
  listing: Removal,
  after: string,
  limit: number,
  at: string,
): ListedEvents {
  const { listId, key, revision } = listing
  const written: ListedEvents = { listedAgain: 0, regraded: 0, last: null }
  const ids = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  const version = ids.length === 0 ? undefined : versionOfLoad(db, listing)
  if (version === undefined) return written
  const { subject, subject_ids, programs } = version
  const cause = causeOf(db, listing)
  const from = isBack(db, listing, version.removed_on) ? version.intervals.at(-1)?.from : undefined
  for (const { id } of ids) {
    const alert = one<KnownAlert>(
      db,
      'select id, list_revision, subject, subject_ids from alerts where id = ?',
      id,
    )
    if (alert === undefined) continue
    const isAnother = !isSameParty(knownParty(db, alert), version)
    const party = { subject, subject_ids: parsed(subject_ids), programs: parsed(programs) }
    if (from !== undefined && knowsAsRemoved(db, listing, alert)) {
      const data = { revision, in_force_from: from, ...party }
      writeEvent(db, { alertId: id, at, kind: 'listed-again', cause: cause ?? from, data })
      written.listedAgain++
    } else if (isAnother) {
      const data = { revision, ...party }
      writeEvent(db, { alertId: id, at, kind: 'regraded', cause: cause ?? JSON.stringify(party), data })
      written.regraded++
    }
  }
  written.last = ids.length < limit ? null : (ids.at(-1)?.id ?? null)
  return written
}

function parsed(texts: string): string[] {
  return JSON.parse(texts) as string[]
}

/** A reorg may have undone a freeze, or brought back a release, that another branch of the chain had: no event says so. */
function isBack(db: Db, { listId, key }: Removal, removedOn: string | null): boolean {
  if (removedOn !== null) return false
  return !isReadFromChain(db, listId) || readVersion(db, listId, key)?.removed_on === null
}

/** Whether the last event of an alert says that its entry was removed or, without one, it was raised while it was. */
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

/** The party in the last event of the alert, or in the alert itself. */
function knownParty(db: Db, alert: KnownAlert): SaidOfParty {
  const last = one<SaidOfParty>(
    db,
    `select data ->> '$.subject' as subject, ifnull(data -> '$.subject_ids', '[]') as subject_ids from alert_events
     where alert_id = ? and kind in ('listed-again', 'regraded') and json_type(data, '$.subject') is not null
     order by seq desc limit 1`,
    alert.id,
  )
  return last ?? alert
}

/** For the test that no scan stands behind it. */
export const alertsOfEntrySql = `select k.alert_id as id from alert_keys k join alerts a on a.id = k.alert_id
  where k.entry_key = ? and k.alert_id > ? and a.list_id = ? and a.list_revision < ? order by k.alert_id limit ?`

/**
 * Writes `entry-removed` for the alerts of an entry that left its list, inside a transaction. Alerts that were raised since get
 * none, nor does any where a reorg undid it, nor those that have an event for the same release.
 *
 * @param after only alerts with a higher id, at most `limit`. @returns how many were written, and
 * the last alert that was checked; `null` when that is all of them.
 */
export function writeRemovedEvents(
  db: Db,
  removal: Removal,
  after: string,
  limit: number,
  at: string,
): { written: number; last: string | null } {
  const { listId, key, revision } = removal
  const alerts = all<{ id: string }>(db, alertsOfEntrySql, key, after, listId, revision, limit)
  const removed = alerts.length === 0 ? null : removalDataOf(db, removal)
  if (removed === null) return { written: 0, last: null }
  const due = alerts.filter(({ id }) => !hasEvent(db, id, removal, removed))
  // Where a person took the whole list out of force, it is theirs.
  const by = due.length === 0 ? undefined : removalAt(db, listId, revision)
  const data = { revision, ...removed, ...(by && { reason: 'list-removed' }) }
  const person = by && { actor: by.actor, note: by.note }
  const cause = by
    ? `removed ${by.at}`
    : (causeOf(db, removal) ?? removed.removed_at ?? removed.removed_on ?? '')
  for (const { id } of due) writeEvent(db, { alertId: id, at, kind: 'entry-removed', cause, ...person, data })
  return { written: due.length, last: alerts.length < limit ? null : (alerts.at(-1)?.id ?? null) }
}

/** The version of the list that says so; `null` where a list has no versions, since it is read from a chain. */
function causeOf(db: Db, { listId, revision }: Removal): string | null {
  return snapshotOfRevision(db, listId, revision)?.sha256 ?? null
}

/** That an entry left its list. */
interface Removal {
  listId: string
  key: Key
  /** The list revision that removed it. */
  revision: number
  /** The row of `rescreens` that says so. */
  load: number
}

/** The data of an event `entry-removed`. */
interface RemovalData {
  /** `null` where the entry never was: a reorg undid the freeze. */
  removed_on: string | null
  /** When an issuer let the account go: the time of the block. */
  removed_at?: string
}

/** The data of a removal as it stands now; `null` where a reorg undid it since, and the entry is in force. */
function removalDataOf(db: Db, removal: Removal): RemovalData | null {
  const { listId, key } = removal
  const then = versionOfLoad(db, removal)
  if (!isReadFromChain(db, listId)) return { removed_on: then?.removed_on ?? lastRemovedOn(db, removal) }
  const now = readVersion(db, listId, key)
  const to = then?.intervals.at(-1)?.to ?? null
  if (to !== null && hasEnd(db, removal, to)) return released(to)
  if (now === undefined) return { removed_on: null }
  // Let go in another block, or for another reason: the entry left its list all the same.
  const last = now.intervals.at(-1)?.to ?? null
  return last === null ? null : released(last)
}

function released(at: string): RemovalData {
  return { removed_on: at.slice(0, 'YYYY-MM-DD'.length), removed_at: at }
}

/**
 * Whether an alert has an event for this very release: a reorg that moves it to another block makes another removal of it. By its
 * transaction it is the same one, and also where both are of one day, and the one in the event is not another that stands. Events
 * before the entry was listed again are of another one. Other lists know no reorg: each of their removals is one.
 */
function hasEvent(
  db: Db,
  alertId: string,
  removal: Removal,
  { removed_on, removed_at }: RemovalData,
): boolean {
  if (removed_at === undefined) return false
  const events = all<{ data: string }>(
    db,
    `select data from alert_events where alert_id = ?1 and kind = 'entry-removed'
       and seq > ifnull((select max(seq) from alert_events where alert_id = ?1 and kind = 'listed-again'), 0)`,
    alertId,
  )
  return events.some(({ data }) => {
    const known = JSON.parse(data) as RemovalData
    if (known.removed_at === removed_at) return true
    // Older versions of chainscreen wrote the day alone.
    if (known.removed_at === undefined) return known.removed_on === removed_on
    if (isMoved(db, removal, known.removed_at, removed_at)) return true
    return known.removed_on === removed_on && !hasEnd(db, removal, known.removed_at)
  })
}

function hasEnd(db: Db, { listId, key }: Removal, time: string): boolean {
  return readVersion(db, listId, key)?.intervals.some(({ to }) => to === time) ?? false
}

/** Whether the transaction that let an account go at one time is that of a release at another time, whose block lost. */
function isMoved(db: Db, { listId, key }: Removal, from: string, to: string): boolean {
  return one(db, movedSql, listId, key, to, from) !== undefined
}

/** For the test that no scan stands behind it. */
export const movedSql = `select 1 from freeze_contracts c
  join token_freezes n on n.chain = c.chain and n.key = ?2 and n.contract = c.contract
    and n.change = 'unfrozen' and n.orphaned = 0 and n.block_time = ?3
  join token_freezes o on o.chain = n.chain and o.key = n.key and o.contract = n.contract and o.tx_hash = n.tx_hash
    and o.change = 'unfrozen' and o.orphaned = 1 and o.block_time = ?4
  where c.list_id = ?1 limit 1`

function isReadFromChain(db: Db, listId: string): boolean {
  return one(db, 'select 1 from lists where id = ? and format = ?', listId, freezeListFormat) !== undefined
}

/** What was removed before there were versions. */
function lastRemovedOn(db: Db, { listId, key }: Removal): string | null {
  const now = readVersion(db, listId, key)
  return now?.removed_on ?? now?.intervals.findLast(({ to }) => to !== null)?.to ?? null
}
