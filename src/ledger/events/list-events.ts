import { all, type Db, one } from '../database.ts'
import type { SnapshotRow } from '../lists/list-snapshots.ts'
import type { RescreenCounts, RescreenItem } from '../lists/rescreens.ts'
import { writeOutbox } from './outbox.ts'

/** So many changes, and so many alerts, stand in an event. */
const mostNamed = 100

/** How many addresses a version brought, took out, or said something else of. */
export type ChangeCounts = Record<RescreenItem['change'], number>

/**
 * Writes that a version of a list is active, inside the transaction that makes it so.
 *
 * @param made.load the job that matches stored history with what changed; `null` where nothing did.
 */
export function writeListActivated(
  db: Db,
  { list_id: list, sha256, issued_on: issuedOn }: SnapshotRow,
  made: { load: number | null; revision: number; counts: ChangeCounts; at: string },
): void {
  const { load, revision, counts, at } = made
  if (isCanary(db, list)) return
  const diff = `/v1/lists/${encodeURIComponent(list)}/versions/${sha256}/diff`
  const first = load === null ? [] : all(db, firstChangesSql, list, load, mostNamed)
  const data = { list, revision, snapshot: sha256, issuedOn, changes: counts, first, diff }
  writeOutbox(db, { type: 'list.activated', at, data })
}

/** For the test that no scan stands behind it. */
const firstChangesSql = `select i.change, k.key, ifnull(r.address, k.key) as address, r.subject
  from rescreen_items i cross join list_keys k on k.id = i.key
  left join list_rows r on r.list_id = ? and r.key = k.key and r.load = i.rescreen
  where i.rescreen = ? order by i.list, i.key limit ?`

/** Writes that a version waits for approval, inside the transaction that holds it. */
export function writeListHeld(
  db: Db,
  { list_id: list, sha256, issued_on: issuedOn }: SnapshotRow,
  reason: string | null,
  at: string,
): void {
  writeOutbox(db, { type: 'list.held', at, data: { list, snapshot: sha256, issuedOn, reason } })
}

/**
 * Writes that stored history is matched with a version of a list, and which alerts followed, inside the transaction that ends the job. A
 * list that is read from a chain has no versions: its alerts tell of it alone.
 */
export function writeListRescreened(db: Db, id: number, at: string): void {
  const job = one<RescreenedList>(db, rescreenedSql, id)
  if (job === undefined) return
  const { list, revision, snapshot, first, entries, transactions, created, reinstated, ...told } = job
  const alerts = all<{ id: string }>(db, followedSql, first, list, mostNamed).map((alert) => alert.id)
  const counts = { entries, transactions, created, reinstated, ...told }
  writeOutbox(db, { type: 'list.rescreened', at, data: { list, revision, snapshot, ...counts, alerts } })
}

interface RescreenedList
  extends Omit<RescreenCounts, 'known'>,
    Record<'list' | 'snapshot', string>,
    Record<'revision' | 'first', number> {}

const rescreenedSql = `select r.list_id as list, r.revision, s.sha256 as snapshot, r.first_sequence as first, r.entries, r.transactions,
    r.created, r.reinstated, r.removals, r.listed_again as listedAgain, r.regraded
  from rescreens r join list_activations a on a.list_id = r.list_id and a.revision = r.revision
  join list_snapshots s on s.id = a.snapshot_id join lists l on l.id = r.list_id
  where r.id = ? and r.kind = 'list' and r.first_sequence is not null and l.category != 'canary'
  order by a.seq limit 1`

/** For the test that no scan stands behind it. */
const followedSql = `select distinct a.id from alert_events e cross join alerts a on a.id = e.alert_id
  where e.seq > ? and e.kind in ('created', 'reinstated') and a.list_id = ? limit ?`

function isCanary(db: Db, listId: string): boolean {
  return one(db, `select 1 from lists where id = ? and category = 'canary'`, listId) !== undefined
}
