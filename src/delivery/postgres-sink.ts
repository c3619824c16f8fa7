import { withoutPrivateKeys } from '../address/secret.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Envelope } from '../events/shapes.ts'
import { connectPostgres, type Postgres } from '../postgres/connect.ts'
import { beginTurn, migrateQueue } from './queue-migrations.ts'
import { alertOfEvent, type Sink } from './sink.ts'

export interface PostgresConfig {
  /** With a login. It stands in no error. */
  url: string
  /** Letters, digits and `_`. */
  schema: string
}

const batch = 500
const statementMs = 60_000

/**
 * `postgres`: events become rows of a schema that several daemons may share, a batch in one transaction: all of it, or nothing. An
 * event is there once, by its id; an alert as the daemon has it that is furthest ahead.
 */
export function createPostgresSink({ url, schema }: PostgresConfig): Sink {
  let held: Postgres | undefined
  const close = async () => {
    const db = held
    held = undefined
    await db?.close()
  }
  const open = async (signal: AbortSignal): Promise<Postgres> => {
    held = await connectPostgres(url, { signal, statementMs })
    await migrateQueue(held, schema)
    return held
  }
  return {
    batch,
    async deliver(events, signal) {
      try {
        if (held?.isClosed()) await close()
        await write(held ?? (await open(signal)), schema, events)
        return events.map(() => ({ kind: 'sent' }))
      } catch (error) {
        // What was begun is rolled back with the connection.
        await close()
        return events.map(() => ({ kind: 'later', why: messageOf(error) }))
      }
    },
    close,
  }
}

async function write(db: Postgres, schema: string, events: readonly Envelope[]): Promise<void> {
  await beginTurn(db, schema)
  await db.query(insertEventsSql, [rowsText(events.map(eventRow))])
  const alerts = latestAlerts(events)
  if (alerts.length > 0) {
    const rows = rowsText(alerts)
    await db.query(insertDaemonsSql, [rows])
    await db.query(deleteOlderSql, [rows])
    await db.query(insertAlertsSql, [rows])
  }
  await db.query('commit')
}

const insertEventsSql = `insert into events (id, type, at, daemon, daemon_sequence, chain, caip2, alert_id, version, data)
  select id, type, at, daemon, daemon_sequence, chain, caip2, alert_id, version, data
  from jsonb_populate_recordset(null::events, $1::jsonb) order by daemon_sequence on conflict (id) do nothing`

const insertDaemonsSql = `insert into alert_daemons (alert_id, daemon, chain, status, block_height, block_hash, version, updated_at)
  select id, daemon, chain, status, block_height, block_hash, version, updated_at
  from jsonb_populate_recordset(null::alerts_current, $1::jsonb)
  on conflict (alert_id, daemon) do update set chain = excluded.chain, status = excluded.status, block_height = excluded.block_height,
    block_hash = excluded.block_hash, version = excluded.version, updated_at = excluded.updated_at`

/** How far an alert is: its version does not grow where a block confirms it, or where it becomes final. */
const progress = (row: string) =>
  `(${row}.version, case ${row}.status when 'pending-mempool' then 0 when 'pending' then 1 else 2 end)`

/** What people did with it. Assigning, proposing and filing raise no version, and no other daemon knows of any of it. */
const acts = (row: string) =>
  `array_remove(array['decided ' || nullif(${row}.disposition, 'open'), 'proposed ' || ${row}.proposed,
    'assigned ' || ${row}.assignee, 'filed ' || ${row}.filed_on], null)`

/**
 * A daemon delivers in order, and an alert as it is now: its own row is always older. Of two daemons that are equally far, the other one
 * replaces no act: only a row without any, or one whose acts it has all, and more.
 */
const deleteOlderSql = `delete from alerts_current held using jsonb_populate_recordset(null::alerts_current, $1::jsonb) given
  where held.id = given.id and (given.daemon = held.daemon or ${progress('given')} > ${progress('held')}
    or ${progress('given')} = ${progress('held')} and ${acts('given')} @> ${acts('held')}
      and (${acts('given')} != ${acts('held')} or ${acts('held')} = '{}' and given.updated_at >= held.updated_at))`

const insertAlertsSql = `insert into alerts_current
  select * from jsonb_populate_recordset(null::alerts_current, $1::jsonb) on conflict (id) do nothing`

type Row = Record<string, unknown>

function eventRow(event: Envelope): Row {
  const { id, type, timestamp, epoch, sequence } = event
  const { alert, ...data } = event.data
  const chain = isRecord(alert) ? alert.chain : data.chain
  return {
    ...{ id, type, at: timestamp, daemon: epoch, daemon_sequence: sequence, chain, caip2: data.caip2 },
    ...{ alert_id: alertOfEvent(event), version: data.version, data },
  }
}

/** Each alert once, as its last event has it. */
function latestAlerts(events: readonly Envelope[]): Row[] {
  const latest = new Map<string, Row>()
  for (const event of events) {
    const id = alertOfEvent(event)
    const { alert, caip2 } = event.data
    if (id === null || !isRecord(alert)) continue
    const columns = Object.entries(alert).map(([name, value]) => [snakeCase(name), value])
    latest.set(id, {
      ...Object.fromEntries(columns),
      caip2,
      daemon: event.epoch,
      updated_at: event.timestamp,
    })
  }
  return [...latest.values()]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What PostgreSQL takes into no text: a zero, and half of a pair (https://www.postgresql.org/docs/current/datatype-json.html). */
const notStored = /\0|\p{Surrogate}/gu

function rowsText(rows: readonly Row[]): string {
  const stored = (_key: string, value: unknown) =>
    typeof value === 'string' ? withoutPrivateKeys(value.replace(notStored, '\ufffd')) : value
  return JSON.stringify(rows, stored)
}
