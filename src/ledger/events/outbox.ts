import { type Db, one, run } from '../database.ts'
import { ownEventId } from './event-id.ts'

/** What happened to something other than an alert. */
export type OutboxType =
  | 'screening.listed'
  | 'own.removed'
  | 'chain.rewound'
  | 'chain.halted'
  | 'chain.stalled'
  | 'chain.recovered'
  | 'coverage.gap'
  | 'list.activated'
  | 'list.rescreened'
  | 'list.held'
  | 'list.stale'
  | 'canary.failed'
  | 'transfer.screened'
  | 'transfer.orphaned'

interface OutboxEvent {
  type: OutboxType
  /** ISO-8601. */
  at: string
  /** As in the config. */
  chain?: string | null
  data: Readonly<Record<string, unknown>>
  /** 16 bytes; absent: one of this database alone. */
  id?: Buffer
}

/** Writes an event down, inside the transaction that writes what it tells of: neither is there without the other. */
export function writeOutbox(db: Db, { type, at, chain = null, data, id }: OutboxEvent): void {
  const sequence = nextSequence(db)
  const text = JSON.stringify(data)
  run(
    db,
    'insert into outbox (sequence, id, type, at, chain, data) values (?, ?, ?, ?, ?, ?)',
    ...[sequence, id ?? ownEventId(type, at, chain, sequence, text), type, at, chain, text],
  )
}

/** The next of the counter of `alert_events`, which is that of all events. */
function nextSequence(db: Db): number {
  const row = one<{ seq: number }>(
    db,
    `update sqlite_sequence set seq = seq + 1 where name = 'alert_events' returning seq`,
  )
  if (row === undefined) throw new Error('the counter of events is gone')
  return row.seq
}

/** The highest sequence that was given; 0 where nothing happened yet. */
export function lastSequence(db: Db): number {
  const row = one<{ seq: number }>(db, `select seq from sqlite_sequence where name = 'alert_events'`)
  return row?.seq ?? 0
}
