import { readPasted } from '../../address/read-pasted.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { isoMoment } from '../../time/moments.ts'

/** What to look for. Everything given must hold. */
export interface AlertFilter {
  chain?: string
  status?: string
  /** As it is graded now. */
  level?: string
  /** Alerts raised at or after this moment: a date, or a date and a time with its zone, ISO-8601. */
  since?: string
  /** A transaction hash, with or without 0x: EVM chains write it, Bitcoin does not. */
  tx?: string
  /** Own address, counterparty or listed address, in any form that it is written in. */
  address?: string
  direction?: string
  list?: string
  /** A part of the name of the listed party. */
  subject?: string
  /** The exchange's own id of the own address. */
  reference?: string
  /** `null`: assigned to nobody. */
  assignee?: string | null
  /** Whose report is due on this day or before, `YYYY-MM-DD`. */
  dueBy?: string
  /** Whose report was sent to the regulator, or was not. One that is due anew was not: what was sent was of an earlier decision. */
  filed?: boolean
  /** Only those without a decision, of transactions that did not lose their block. */
  open?: boolean
  /** With the alerts that chainscreen raises to test itself. */
  canary?: boolean
  /** An address, transaction, reference, part of a subject, or first digits of an id. */
  q?: string
  disposition?: string
  limit?: number
}

/** The last alert of a page. */
export interface AlertPlace {
  createdAt: string
  id: string
}

/**
 * The condition of a query of `alerts_current`, and what it binds.
 *
 * @throws ChainscreenError `usage` if `since` is no ISO-8601 time.
 */
export function conditionsOf(
  filter: AlertFilter,
  after: AlertPlace | null = null,
): { where: string; params: unknown[] } {
  const conditions: string[] = []
  const params: unknown[] = []
  const where = (sql: string, ...values: unknown[]) => {
    conditions.push(sql)
    params.push(...values)
  }
  if (!filter.canary) where(`category != 'canary'`)
  if (filter.open) where(`disposition = 'open' and status not in ('orphaned', 'withdrawn')`)
  if (filter.chain !== undefined) where('chain = ?', filter.chain)
  if (filter.status !== undefined) where('status = ?', filter.status)
  if (filter.level !== undefined) where('current_level = ?', filter.level)
  if (filter.since !== undefined) where('created_at >= ?', momentOf(filter.since))
  if (filter.direction !== undefined) where('direction = ?', filter.direction)
  if (filter.list !== undefined) where('list_id = ?', filter.list)
  if (filter.subject !== undefined) where(`subject like ? escape '\\'`, likeText(filter.subject))
  if (filter.reference !== undefined) where('own_reference = ?', filter.reference)
  if (filter.assignee !== undefined) where('assignee is ?', filter.assignee)
  if (filter.disposition !== undefined) where('disposition = ?', filter.disposition)
  if (filter.dueBy !== undefined) where('due_on <= ?', filter.dueBy)
  if (filter.filed !== undefined)
    where(`${filter.filed ? '' : 'not '}(filed_on is not null and due_on is null)`)
  if (filter.tx !== undefined) {
    const digits = filter.tx.toLowerCase().replace(/^0x/, '')
    where('tx_hash in (?, ?)', digits, `0x${digits}`)
  }
  if (filter.address !== undefined) {
    const { sql, values } = withAddress(filter.address)
    where(sql, ...values)
  }
  if (filter.q !== undefined) {
    const { sql, values } = searchFor(filter.q)
    where(sql, ...values)
  }
  if (after !== null)
    where('(created_at < ? or created_at = ? and id > ?)', after.createdAt, after.createdAt, after.id)
  return { where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', params }
}

/** What a person types into one field. */
function searchFor(q: string): { sql: string; values: unknown[] } {
  const text = q.trim()
  const digits = text.toLowerCase().replace(/^0x/, '')
  const address = withAddress(text)
  return {
    sql: `(${address.sql} or tx_hash in (?, ?) or own_reference = ? or subject like ? escape '\\' or id glob ?)`,
    values: [...address.values, digits, `0x${digits}`, text, likeText(text), idGlob(digits)],
  }
}

/** The first digits of an id; nothing otherwise. */
function idGlob(text: string): string {
  return /^[0-9a-f]{6,32}$/.test(text) ? `${text}*` : ''
}

function withAddress(text: string): { sql: string; values: unknown[] } {
  const pasted = readPasted(text)
  return {
    sql: `(lower(?) in (lower(own_address), lower(counterparty), lower(entry_address))
        or id in (select alert_id from alert_keys where ? in (party_key, entry_key, own_key)))`,
    values: [pasted.ok ? pasted.address : text.trim(), pasted.ok ? pasted.key : null],
  }
}

function likeText(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

function momentOf(since: string): string {
  const moment = isoMoment(since)
  if (moment !== null) return moment
  throw new ChainscreenError(
    'usage',
    `"${since}" is no time; expected one such as 2026-01-31 or 2026-01-31T12:00:00Z.`,
  )
}
