import { type Db, run } from '../database.ts'

/** What can happen to an alert. `acknowledged` to `false-positive` are a person's decisions. */
export type AlertEventKind =
  | 'created'
  | 'confirmed'
  | 'final'
  | 'orphaned'
  | 'reinstated'
  | 'withdrawn'
  | 'replaced'
  | 'entry-removed'
  | 'listed-again'
  | 'regraded'
  | 'acknowledged'
  | 'blocked'
  | 'rejected'
  | 'released'
  | 'false-positive'
  | 'note'

export interface AlertEvent {
  alertId: string
  /** ISO-8601. */
  at: string
  kind: AlertEventKind
  /** Who: a person's name, or `chainscreen`. */
  actor?: string
  note?: string | null
  data?: Record<string, unknown> | null
}

/** Appends to the story of an alert. Nothing in it is ever changed. */
export function writeEvent(db: Db, event: AlertEvent): void {
  run(
    db,
    'insert into alert_events (alert_id, at, kind, actor, note, data) values (?, ?, ?, ?, ?, ?)',
    ...[event.alertId, event.at, event.kind, event.actor ?? 'chainscreen', event.note ?? null],
    event.data ? JSON.stringify(event.data) : null,
  )
}
