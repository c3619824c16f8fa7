import type { CurrentAlertRow } from '../alerts/alert-queries.ts'
import type { AlertEventKind } from '../alerts/write-alert.ts'
import { caip2Of } from '../blocks/chain.ts'
import { all, type Db, one } from '../database.ts'
import { formerEventId } from './event-id.ts'
import type { OutboxType } from './outbox.ts'

/** An event as it is stored. */
export type StoredEvent = StoredAlertEvent | StoredOutboxEvent

interface StoredAlertEvent {
  about: 'alert'
  sequence: number
  /** 32 hex digits. */
  id: string
  /** ISO-8601. */
  at: string
  kind: AlertEventKind
  actor: string
  note: string | null
  data: Record<string, unknown> | null
  /** How often, up to this event, something happened to the alert that may make a decision another one. */
  version: number
  /** CAIP-2; `null` of what has no chain. */
  caip2: string | null
  /** As it is now. */
  alert: CurrentAlertRow
}

interface StoredOutboxEvent {
  about: 'other'
  sequence: number
  id: string
  at: string
  type: OutboxType
  /** As in the config. */
  chain: string | null
  caip2: string | null
  data: Record<string, unknown>
}

interface AlertEventColumns {
  sequence: number
  id: Buffer | null
  at: string
  kind: AlertEventKind
  actor: string
  note: string | null
  data: string | null
  alertId: string
  version: number
}

interface OutboxColumns extends Omit<StoredOutboxEvent, 'about' | 'id' | 'data'> {
  id: Buffer
  data: string
}

/**
 * Events after a sequence, in order. Comments, and what happens to the alerts of the canary, are none.
 *
 * @param limit at most so many.
 */
export function readEvents(db: Db, after: number, limit: number): StoredEvent[] {
  // One moment for all of it: what is committed between two queries has a higher sequence than what the first one saw.
  return db.transaction(() => {
    const alerts = all<AlertEventColumns>(db, alertEventsSql, after, limit)
    const others = all<OutboxColumns>(db, outboxSql, after, limit)
    const merged = [...alerts, ...others].sort((a, b) => a.sequence - b.sequence).slice(0, limit)
    return merged.map((row) => ('kind' in row ? alertEventOf(db, row) : outboxEventOf(row)))
  })()
}

/** One event; `undefined` where none has this sequence. */
export function readEvent(db: Db, sequence: number): StoredEvent | undefined {
  const [event] = readEvents(db, sequence - 1, 1)
  return event?.sequence === sequence ? event : undefined
}

/** For the test that no scan stands behind them. */
export const alertEventsSql = `select e.seq as sequence, e.event_id as id, e.at, e.kind, e.actor, e.note, e.data, e.alert_id as alertId,
    (select count(*) from alert_versions v where v.alert_id = e.alert_id and v.seq <= e.seq) as version
  from alert_events e cross join alerts a on a.id = e.alert_id
  where e.seq > ? and e.kind != 'note' and a.category != 'canary' order by e.seq limit ?`
export const outboxSql = `select o.sequence, o.id, o.type, o.at, o.chain, o.data, c.caip2
  from outbox o left join chains c on c.id = o.chain where o.sequence > ? order by o.sequence limit ?`

function alertEventOf(db: Db, { id, alertId, data, ...row }: AlertEventColumns): StoredAlertEvent {
  const alert = one<CurrentAlertRow>(db, 'select * from alerts_current where id = ?', alertId)
  if (alert === undefined) throw new Error(`there is no alert ${alertId}`)
  return {
    ...{ about: 'alert', ...row, alert },
    id: (id ?? formerEventId(alertId, row.kind, row.sequence)).toString('hex'),
    caip2: alert.chain === null ? null : caip2Of(db, alert.chain),
    data: data === null ? null : (JSON.parse(data) as Record<string, unknown>),
  }
}

function outboxEventOf({ id, data, ...row }: OutboxColumns): StoredOutboxEvent {
  return {
    ...{ about: 'other', ...row },
    id: id.toString('hex'),
    data: JSON.parse(data) as Record<string, unknown>,
  }
}
