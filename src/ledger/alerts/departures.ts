import type { Key } from '../../address/key.ts'
import { all, type Db, one } from '../database.ts'
import { readVersion, versionOfLoad } from '../lists/entry-versions.ts'
import { freezeListFormat } from '../lists/lists.ts'

/** That an entry left its list. */
export interface Removal {
  listId: string
  key: Key
  /** The list revision that removed it. */
  revision: number
  /** The row of `rescreens` that says so. */
  load: number
}

/** What there is to tell of a removal, as an event says it. */
export interface Departure {
  /** `null` where the entry never was: a reorg undid the freeze. */
  removed_on: string | null
  /** When an issuer let the account go: the time of the block. */
  removed_at?: string
}

/** What there is to tell of a removal by now; `null` where a reorg undid it since, and the entry is in force. */
export function departureOf(db: Db, removal: Removal): Departure | null {
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

function released(at: string): Departure {
  return { removed_on: at.slice(0, 'YYYY-MM-DD'.length), removed_at: at }
}

/**
 * Whether an alert was told before of this very release: a reorg that moves it to another block makes another removal of it. By
 * its transaction it is the same one, and also where both are of one day, and what was told then is not another one that
 * stands. What was told before the entry was listed again is another one. Other lists know no reorg: each of their removals is one.
 */
export function isTold(
  db: Db,
  alertId: string,
  removal: Removal,
  { removed_on, removed_at }: Departure,
): boolean {
  if (removed_at === undefined) return false
  const events = all<{ data: string }>(
    db,
    `select data from alert_events where alert_id = ?1 and kind = 'entry-removed'
       and seq > ifnull((select max(seq) from alert_events where alert_id = ?1 and kind = 'listed-again'), 0)`,
    alertId,
  )
  return events.some(({ data }) => {
    const told = JSON.parse(data) as Departure
    if (told.removed_at === removed_at) return true
    // Older versions of chainscreen told the day alone.
    if (told.removed_at === undefined) return told.removed_on === removed_on
    if (isMoved(db, removal, told.removed_at, removed_at)) return true
    return told.removed_on === removed_on && !hasEnd(db, removal, told.removed_at)
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

export function isReadFromChain(db: Db, listId: string): boolean {
  return one(db, 'select 1 from lists where id = ? and format = ?', listId, freezeListFormat) !== undefined
}

/** What was removed before there were versions. */
function lastRemovedOn(db: Db, { listId, key }: Removal): string | null {
  const now = readVersion(db, listId, key)
  return now?.removed_on ?? now?.intervals.findLast(({ to }) => to !== null)?.to ?? null
}
