import type { Key } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { all, type Db, each, one } from '../database.ts'
import { type AlertFilter, type AlertPlace, conditionsOf } from './alert-filter.ts'
import type { AlertEventKind } from './write-alert.ts'

/** A row of `alerts`: see docs/alerts.md. */
export interface AlertRow {
  id: string
  chain: string | null
  direction: string | null
  status: string
  level: string
  /** JSON array. */
  tags: string
  block_height: number | null
  block_hash: string | null
  block_time: string | null
  tx_hash: string | null
  transfer: string | null
  asset: string | null
  symbol: string | null
  amount: string | null
  own_address: string
  counterparty: string | null
  role: string
  match: string
  list_id: string
  category: string
  entry_address: string
  subject: string | null
  /** JSON array. */
  programs: string
  listed_on: string | null
  listed_at_transfer: string | null
  list_revision: number
  created_at: string
  decimals: number | null
  /** JSON array: the parties' ids as the publisher has them. */
  subject_ids: string
}

/** A row of `alerts_current`. */
export interface CurrentAlertRow extends AlertRow {
  /** The grade by the last `regraded`: else as the row has it. */
  current_level: string
  /** JSON array. */
  current_tags: string
  current_symbol: string | null
  current_decimals: number | null
  /** The latest decision; `open` where there is none, or it was `reopened`. */
  disposition: string
  disposition_by: string | null
  disposition_at: string | null
  disposition_note: string | null
  /** What one person proposed, and another has not confirmed; `null` where it lapsed. */
  proposed: string | null
  proposed_by: string | null
  proposed_at: string | null
  proposed_note: string | null
  assignee: string | null
  /** Grows with everything that may make a decision another one. */
  version: number
  /** When a report is due, `YYYY-MM-DD`; of an open alert, if it is blocked. */
  due_on: string | null
  /** The last report that was sent to the regulator: when, by whom, and its name. */
  filed_on: string | null
  filed_by: string | null
  filed_reference: string | null
  entry_in_force: number
  entry_removed_on: string | null
  transfer_count: number
  own_kind: string | null
  own_reference: string | null
}

export interface AlertEventRow {
  seq: number
  at: string
  kind: AlertEventKind
  actor: string
  note: string | null
  data: string | null
}

/**
 * Alerts, the newest first.
 *
 * @param filter conditions that all have to hold; none: every alert.
 * @throws ChainscreenError `usage` if `since` is no ISO-8601 time.
 * @example
 * const db = openLedgerForReading('chainscreen.db')
 * const open = findAlerts(db, { open: true, level: 'high' })
 * db.close()
 */
export function findAlerts(db: Db, filter: AlertFilter = {}): CurrentAlertRow[] {
  return [...eachAlert(db, filter)]
}

/** The same, one by one: of a hundred thousand, all at once take a lot of memory. */
export function eachAlert(db: Db, filter: AlertFilter = {}): IterableIterator<CurrentAlertRow> {
  const { where, params } = conditionsOf(filter)
  return each<CurrentAlertRow>(
    db,
    `select * from alerts_current ${where} order by created_at desc, chain, block_height desc, id limit ?`,
    ...params,
    filter.limit ?? -1,
  )
}

/** A page of alerts, the newest first. No alert moves from page to page: the order rests on what never changes. */
export function alertPage(
  db: Db,
  filter: AlertFilter,
  after: AlertPlace | null,
  limit: number,
): CurrentAlertRow[] {
  const { where, params } = conditionsOf(filter, after)
  return all<CurrentAlertRow>(
    db,
    `select * from alerts_current ${where} order by created_at desc, id limit ?`,
    ...[...params, limit],
  )
}

/** The whole id from its first digits. @throws `usage` when no alert, or more than one, begins with them. */
export function findAlertId(db: Db, prefix: string): string {
  if (prefix.trim() === '') {
    throw new ChainscreenError(
      'usage',
      'The id of the alert is empty; expected one, or its first digits, as `chainscreen alerts` shows them.',
    )
  }
  const found = /^[0-9a-f]{1,32}$/i.test(prefix)
    ? all<{ id: string }>(db, 'select id from alerts where id glob ? limit 2', `${prefix.toLowerCase()}*`)
    : []
  const [only] = found
  if (only !== undefined && found.length === 1) return only.id
  throw new ChainscreenError(
    'usage',
    found.length === 0
      ? `There is no alert with id ${prefix}.`
      : `More than one alert has an id that begins with ${prefix}.`,
  )
}

/**
 * One alert and its events, the oldest event first.
 *
 * @param idOrPrefix the id, or its first digits.
 * @throws ChainscreenError `usage` if no alert, or more than one, has such an id.
 * @example
 * const { alert, events } = readAlert(db, '3f9a')
 * alert.counterparty // '0x…'
 * events.map(({ kind }) => kind) // ['created', 'final']
 */
export function readAlert(db: Db, idOrPrefix: string): { alert: CurrentAlertRow; events: AlertEventRow[] } {
  const id = findAlertId(db, idOrPrefix)
  const alert = one<CurrentAlertRow>(db, 'select * from alerts_current where id = ?', id)
  if (alert === undefined) throw new ChainscreenError('usage', `There is no alert with id ${id}.`)
  const events = all<AlertEventRow>(
    db,
    'select seq, at, kind, actor, note, data from alert_events where alert_id = ? order by seq',
    id,
  )
  return { alert, events }
}

/** The alerts of an entry, whatever became of them: each gets an event when it leaves its list. */
export function alertsOfEntry(db: Db, listId: string, entryKey: Key): CurrentAlertRow[] {
  return all<CurrentAlertRow>(
    db,
    `select a.* from alert_keys k join alerts_current a on a.id = k.alert_id
     where k.entry_key = ? and a.list_id = ? order by a.created_at, a.id`,
    ...[entryKey, listId],
  )
}

/** Whether an alert stands; one that was orphaned or withdrawn does not. */
export function alertExists(db: Db, id: string): boolean {
  const sql = `select 1 from alerts where id = ? and status not in ('orphaned', 'withdrawn')`
  return one(db, sql, id) !== undefined
}
