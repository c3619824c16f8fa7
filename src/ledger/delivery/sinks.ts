import { all, type Db, inTransaction, one, run } from '../database.ts'
import { lastSequence } from '../events/outbox.ts'

/** A row of `delivery_sinks`: see docs/alerts.md. */
export interface SinkRow {
  id: string
  cursor: number
  attempts: number
  next_at: string | null
  problem: string | null
  disabled: string | null
  sent_at: string | null
  edits: number
}

/** A row of `delivery_parked`. */
export interface ParkedRow {
  sink: string
  sequence: number
  alert: string | null
  state: 'retry' | 'behind' | 'dead'
  attempts: number
  next_at: string | null
  problem: string | null
}

/** Makes a sink known, once. @param from `start`: it gets all that ever happened. `now`: what happens from now on. */
export function registerSink(db: Db, id: string, from: 'start' | 'now'): void {
  const cursor = from === 'start' ? 0 : lastSequence(db)
  run(db, 'insert into delivery_sinks (id, cursor) values (?, ?) on conflict do nothing', id, cursor)
}

export function readSink(db: Db, id: string): SinkRow | undefined {
  return one<SinkRow>(db, 'select * from delivery_sinks where id = ?', id)
}

export function readSinks(db: Db): SinkRow[] {
  return all<SinkRow>(db, 'select * from delivery_sinks order by id')
}

/** Those that are due for another attempt, which was due the longest first: of each alert one at most, the earliest that waits. */
export function dueParked(db: Db, sink: string, at: string, limit: number): ParkedRow[] {
  return all<ParkedRow>(db, dueSql, sink, at, limit)
}

/** When the next one is due; `null` where none is. */
export function nextDue(db: Db, sink: string): string | null {
  return one<{ at: string | null }>(db, nextDueSql, sink)?.at ?? null
}

/** For the test that no scan stands behind them. */
export const dueSql = `select * from delivery_parked where sink = ? and state = 'retry' and next_at <= ?
  order by next_at, sequence limit ?`
export const nextDueSql = `select min(next_at) as at from delivery_parked where sink = ? and state = 'retry'`

/** Whether an event of an alert waits, so that later ones have to wait behind it. */
export function isWaiting(db: Db, sink: string, alert: string): boolean {
  const sql = `select 1 from delivery_parked where sink = ? and alert = ? and state != 'dead' limit 1`
  return one(db, sql, sink, alert) !== undefined
}

export function readParked(db: Db, sink: string, state?: ParkedRow['state']): ParkedRow[] {
  const sql = 'select * from delivery_parked where sink = ?1 and (?2 is null or state = ?2) order by sequence'
  return all<ParkedRow>(db, sql, sink, state ?? null)
}

/** Sets an event aside, or notes what became of it, inside a transaction. */
export function putParked(db: Db, row: ParkedRow): void {
  run(
    db,
    `insert or replace into delivery_parked (sink, sequence, alert, state, attempts, next_at, problem)
     values (?, ?, ?, ?, ?, ?, ?)`,
    ...[row.sink, row.sequence, row.alert, row.state, row.attempts, row.next_at, row.problem],
  )
}

/** One is delivered or given up: the next of its alert is due, inside a transaction. */
export function releaseNext(db: Db, sink: string, alert: string | null, at: string): void {
  if (alert === null) return
  run(
    db,
    `update delivery_parked set state = 'retry', attempts = 0, next_at = ?3 where sink = ?1 and sequence = (
       select min(sequence) from delivery_parked where sink = ?1 and alert = ?2 and state = 'behind')
     and not exists (select 1 from delivery_parked where sink = ?1 and alert = ?2 and state = 'retry')`,
    ...[sink, alert, at],
  )
}

export function removeParked(db: Db, sink: string, sequence: number): void {
  run(db, 'delete from delivery_parked where sink = ? and sequence = ?', sink, sequence)
}

/** Notes how far a sink is. @returns false, with nothing written, where a person changed something meanwhile. */
export function saveSink(
  db: Db,
  { id, cursor, attempts, next_at, problem, disabled, sent_at, edits }: SinkRow,
): boolean {
  const { changes } = run(
    db,
    `update delivery_sinks set cursor = ?, attempts = ?, next_at = ?, problem = ?, disabled = ?, sent_at = ?
     where id = ? and edits = ?`,
    ...[cursor, attempts, next_at, problem, disabled, sent_at, id, edits],
  )
  return changes > 0
}

/** Events above the cursor that a person gave up. */
export function readSkipped(db: Db, sink: string): Set<number> {
  const sql = 'select sequence from delivery_skipped where sink = ?'
  return new Set(all<{ sequence: number }>(db, sql, sink).map(({ sequence }) => sequence))
}

/** Forgets those that the cursor has passed, inside a transaction. */
export function forgetSkipped(db: Db, sink: string, cursor: number): void {
  run(db, 'delete from delivery_skipped where sink = ? and sequence <= ?', sink, cursor)
}

/** What a person asks of a sink. */
export interface SinkEdit {
  /** Try everything at once: the sink itself, and what waits; with `dead` also what was given up. */
  retry?: { dead: boolean }
  /** Give up these, set aside or above the cursor, or all that are set aside. */
  skip?: readonly number[] | 'all'
  /** Deliver everything after this sequence again. */
  from?: number
}

/** Changes how far a sink is, as a person asks for it. @returns how many events it concerns that are set aside or skipped. */
export function editSink(db: Db, id: string, { retry, skip, from }: SinkEdit, at: string): number {
  return inTransaction(db, () => {
    let changed = 0
    if (skip !== undefined) {
      const wanted = skip === 'all' ? null : JSON.stringify(skip)
      const gone = all<{ alert: string | null }>(
        db,
        `delete from delivery_parked where sink = ?1 and (?2 is null or sequence in (select value from json_each(?2)))
         returning alert`,
        ...[id, wanted],
      )
      for (const { alert } of gone) releaseNext(db, id, alert, at)
      changed += gone.length
      if (skip !== 'all') changed += skipAboveCursor(db, id, skip)
    }
    if (retry !== undefined) {
      changed += run(
        db,
        `update delivery_parked set state = 'retry', next_at = ?, attempts = iif(state = 'dead', 0, attempts)
         where sink = ? and (state = 'retry' or state = 'dead' and ?)`,
        ...[at, id, retry.dead ? 1 : 0],
      ).changes
      queueBehindEarlier(db, id)
      run(db, 'update delivery_sinks set attempts = 0, next_at = null, disabled = null where id = ?', id)
    }
    if (from !== undefined) {
      run(db, 'update delivery_sinks set cursor = ? where id = ?', from, id)
      run(db, 'delete from delivery_parked where sink = ? and sequence > ?', id, from)
    }
    run(db, 'update delivery_sinks set edits = edits + 1 where id = ?', id)
    return changed
  })
}

function skipAboveCursor(db: Db, id: string, sequences: readonly number[]): number {
  return run(
    db,
    `insert into delivery_skipped (sink, sequence)
     select k.id, j.value from delivery_sinks k join json_each(?) j on j.value > k.cursor where k.id = ? on conflict do nothing`,
    ...[JSON.stringify(sequences), id],
  ).changes
}

/** What was given up and is tried again may be earlier than what of its alert is tried already: that waits behind it, then. */
function queueBehindEarlier(db: Db, id: string): void {
  run(
    db,
    `update delivery_parked as p set state = 'behind', next_at = null
     where sink = ? and state = 'retry' and alert is not null and exists (
       select 1 from delivery_parked e
       where e.sink = p.sink and e.alert = p.alert and e.state != 'dead' and e.sequence < p.sequence)`,
    id,
  )
}

/** How it goes with a sink: `refuses` some events, `gave-up` some, `fails` itself, or is `disabled`. */
export interface SinkCondition {
  state: 'delivers' | 'gave-up' | 'refuses' | 'fails' | 'disabled'
  /** What it answered; `null` of one that delivers or gave up. */
  reason: string | null
}

/** The condition of a sink, the worst first. A few look-ups by index, however much is set aside. */
export function readCondition(db: Db, { id, disabled, problem }: SinkRow): SinkCondition {
  if (disabled !== null) return { state: 'disabled', reason: disabled }
  if (problem !== null) return { state: 'fails', reason: problem }
  const refusal = one<{ problem: string }>(db, refusalSql, id)?.problem
  if (refusal !== undefined) return { state: 'refuses', reason: refusal }
  const dead = one(db, `select 1 from delivery_parked where sink = ? and state = 'dead' limit 1`, id)
  return { state: dead === undefined ? 'delivers' : 'gave-up', reason: null }
}

const refusalSql = `select problem from delivery_parked
  where sink = ? and state = 'retry' and problem is not null order by next_at limit 1`

/** How it goes with a sink, in numbers. */
export interface SinkState extends SinkRow {
  /** Events that are not delivered: behind the cursor, whether or not the sink asks for them, and set aside. */
  depth: number
  /** When the oldest of them happened, ISO-8601. */
  oldestAt: string | null
  /** Set aside, and not given up: refused, or behind one of their alert that was. */
  waiting: number
  /** Of those that wait: which the sink itself refused. */
  refused: number
  /** What it answered to the one that is tried again first; `null` where it refused none. */
  refusal: string | null
  dead: number
}

export function sinkStates(db: Db): SinkState[] {
  return readSinks(db).map((sink) => {
    const parked = one<ParkedCounts>(db, parkedCountsSql, sink.id)
    const { waiting = 0, refused = 0, dead = 0 } = parked ?? {}
    const behind = one<{ n: number }>(db, behindSql, sink.cursor)?.n ?? 0
    const first = parked?.first ?? sink.cursor + 1
    const depth = behind + waiting
    return {
      ...{ ...sink, depth, waiting, refused, dead },
      oldestAt: depth === 0 ? null : (one<{ at: string | null }>(db, oldestSql, first)?.at ?? null),
      refusal: one<{ problem: string }>(db, refusalSql, sink.id)?.problem ?? null,
    }
  })
}

interface ParkedCounts extends Pick<SinkState, 'waiting' | 'refused' | 'dead'> {
  /** The sequence of the earliest that waits. */
  first: number | null
}

const parkedCountsSql = `select count(*) filter (where state != 'dead') as waiting,
    count(*) filter (where state = 'retry' and problem is not null) as refused,
    count(*) filter (where state = 'dead') as dead, min(sequence) filter (where state != 'dead') as first
  from delivery_parked where sink = ?`
const behindSql = `select (select count(*) from alert_events where seq > ?1) + (select count(*) from outbox where sequence > ?1) as n`
const oldestSql = `select min(at) as at from (
  select at from (select at from alert_events where seq >= ?1 order by seq limit 1)
  union all select at from (select at from outbox where sequence >= ?1 order by sequence limit 1))`
