import { envelopeOf } from '../events/envelope.ts'
import type { Envelope } from '../events/shapes.ts'
import { isAskedFor } from '../events/types.ts'
import { type Db, inTransaction, withoutFlush } from '../ledger/database.ts'
import {
  dueParked,
  forgetSkipped,
  isWaiting,
  nextDue,
  type ParkedRow,
  putParked,
  readSink,
  readSkipped,
  releaseNext,
  removeParked,
  type SinkRow,
  saveSink,
} from '../ledger/delivery/sinks.ts'
import { noteHandedOut, readEpoch } from '../ledger/events/epoch.ts'
import { lastSequence } from '../ledger/events/outbox.ts'
import { readEvent, readEvents } from '../ledger/events/read-events.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { alertOfEvent, type Outcome, type Sink } from './sink.ts'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

/** When an event that was refused is sent again, after each attempt: then it is given up. */
export const retryDelays = [
  ...[5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour],
  ...[14 * hour, 20 * hour, 24 * hour],
]

/** When a sink that itself failed is tried again; the last one again and again, since its events are never given up. */
export const pauseDelays = [5 * second, 5 * minute, 30 * minute]

const longestMs = 24 * hour

/** What a round of delivering works with. */
export interface Delivery {
  db: Db
  id: string
  sink: Sink
  /** Types and groups. */
  events: readonly string[]
  /** Milliseconds since 1970. */
  now: () => number
  /** 0 ≤ r < 1. */
  random: () => number
}

/** What a round did. */
export interface Round {
  sent: number
  /** Milliseconds until there may be something to do; 0: there is more now; `null`: when something happens. */
  waitMs: number | null
}

const nothing = (waitMs: number | null): Round => ({ sent: 0, waitMs })

/**
 * Delivers what is due to one sink: first what was set aside and is to be tried again, then a batch of what happened since. Each round
 * is written down when it is over, so that a crash repeats it: at least once.
 */
export async function deliverRound(delivery: Delivery, signal: AbortSignal): Promise<Round> {
  const { db, id, now } = delivery
  const row = readSink(db, id)
  if (row === undefined || row.disabled !== null) return nothing(null)
  const at = new Date(now()).toISOString()
  if (row.next_at !== null && row.next_at > at) return nothing(Date.parse(row.next_at) - now())
  const due = dueParked(db, id, at, delivery.sink.batch)
  if (due.length > 0) return retryRound(delivery, row, due, signal)
  if (lastSequence(db) > row.cursor) return newRound(delivery, row, signal)
  const next = nextDue(db, id)
  return nothing(next === null ? null : Math.max(0, Date.parse(next) - now()))
}

async function newRound(delivery: Delivery, row: SinkRow, signal: AbortSignal): Promise<Round> {
  const { db, id, sink, events: patterns } = delivery
  const known = lastSequence(db)
  const stored = readEvents(db, row.cursor, sink.batch)
  const epoch = readEpoch(db)
  const skipped = readSkipped(db, id)
  const asked = stored
    .map((event) => envelopeOf(event, epoch))
    .filter(({ type, sequence }) => isAskedFor(type, patterns) && !skipped.has(sequence))
  const isBehind = (event: Envelope) => {
    const alert = alertOfEvent(event)
    return alert !== null && isWaiting(db, id, alert)
  }
  const behind = new Set(asked.filter(isBehind))
  const ready = asked.filter((event) => !behind.has(event))
  const results = await send(delivery, ready, signal)
  // It was cut off by the end of the daemon, and not by the receiver.
  if (signal.aborted) return nothing(null)
  const outcomes = new Map(ready.map((event, index) => [event, results[index] ?? unsent]))
  const stopped = asked.find((event) => isStop(outcomes.get(event)))
  // Nothing is left out: what is after it, and was taken, is sent again under the same id.
  const done = stopped === undefined ? asked : asked.slice(0, asked.indexOf(stopped))
  const read = Math.max(stored.at(-1)?.sequence ?? 0, stored.length < sink.batch ? known : 0)
  const cursor = stopped === undefined ? read : Math.max(row.cursor, stopped.sequence - 1)
  return finish(
    delivery,
    row,
    { cursor, stop: stopped && outcomes.get(stopped), sent: countSent(done, outcomes) },
    () => {
      forgetSkipped(db, id, cursor)
      for (const event of done) {
        const outcome = behind.has(event) ? ({ kind: 'behind' } as const) : outcomes.get(event)
        if (outcome?.kind === 'refused') putParked(db, firstRefusal(delivery, event, outcome.why))
        if (outcome?.kind === 'behind') putParked(db, behindRow(id, event))
      }
    },
  )
}

const unsent: Outcome = { kind: 'later', why: 'it was not sent' }

async function retryRound(
  delivery: Delivery,
  row: SinkRow,
  due: readonly ParkedRow[],
  signal: AbortSignal,
): Promise<Round> {
  const { db, id } = delivery
  const epoch = readEpoch(db)
  const events = due.flatMap(({ sequence }) => {
    const event = readEvent(db, sequence)
    return event === undefined ? [] : [envelopeOf(event, epoch)]
  })
  const results = await send(delivery, events, signal)
  if (signal.aborted) return nothing(null)
  const outcomes = new Map(events.map((event, index) => [event.sequence, results[index] ?? unsent]))
  const stop = results.find(isStop)
  const sent = results.filter(({ kind }) => kind === 'sent').length
  return finish(delivery, row, { cursor: row.cursor, stop, sent }, () => {
    const at = new Date(delivery.now()).toISOString()
    for (const parked of due) {
      const outcome = outcomes.get(parked.sequence)
      // Pruned meanwhile, or taken.
      if (outcome === undefined || outcome.kind === 'sent') {
        removeParked(db, id, parked.sequence)
        releaseNext(db, id, parked.alert, at)
      } else if (outcome.kind === 'refused') {
        const again = nextRefusal(delivery, parked, outcome.why)
        putParked(db, again)
        if (again.state === 'dead') releaseNext(db, id, parked.alert, at)
      } else if (outcome.kind === 'behind') {
        putParked(db, { ...parked, state: 'behind', next_at: null })
      }
    }
  })
}

async function send(
  { db, sink }: Delivery,
  events: readonly Envelope[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const last = events.at(-1)
  if (last === undefined) return []
  await noteHandedOut(db, last.sequence)
  return untilAborted(sink.deliver(events, signal), signal)
}

/** What the sink answers; nothing, once the daemon waits no more: a file or a pipe may hear no signal. */
function untilAborted(work: Promise<Outcome[]>, signal: AbortSignal): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    const end = () => resolve([])
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

function isStop(outcome: Outcome | undefined): outcome is Extract<Outcome, { kind: 'later' | 'off' }> {
  return outcome?.kind === 'later' || outcome?.kind === 'off'
}

function countSent(events: readonly Envelope[], outcomes: ReadonlyMap<Envelope, Outcome>): number {
  return events.filter((event) => outcomes.get(event)?.kind === 'sent').length
}

/** Writes a round down: all of it, or nothing where a person changed something of the sink meanwhile. */
async function finish(
  delivery: Delivery,
  row: SinkRow,
  done: { cursor: number; stop: Outcome | undefined; sent: number },
  park: () => void,
): Promise<Round> {
  const { db, now, random } = delivery
  const { cursor, stop, sent } = done
  const at = new Date(now()).toISOString()
  const next: SinkRow = {
    ...row,
    cursor,
    ...(sent > 0 && { sent_at: at }),
    attempts: 0,
    next_at: null,
    problem: null,
  }
  if (stop?.kind === 'off') Object.assign(next, { disabled: stop.why, problem: stop.why })
  if (stop?.kind === 'later') {
    const pause = pauseDelays[Math.min(row.attempts, pauseDelays.length - 1)] ?? longestMs
    const waitMs = Math.max(jitter(pause, random), Math.min(stop.retryAfterMs ?? 0, longestMs))
    next.attempts = row.attempts + 1
    next.next_at = new Date(now() + waitMs).toISOString()
    next.problem = stop.why
  }
  // A cursor that a power cut takes back repeats what was sent, under the same ids.
  await inTurn(db, () => withoutFlush(db, () => inTransaction(db, () => saveSink(db, next) && park())))
  return { sent, waitMs: next.next_at === null ? 0 : Date.parse(next.next_at) - now() }
}

/** Up to a tenth longer, so that many do not come back at once. */
function jitter(ms: number, random: () => number): number {
  return Math.round(ms * (1 + random() / 10))
}

function behindRow(sink: string, event: Envelope): ParkedRow {
  const alert = alertOfEvent(event)
  return { sink, sequence: event.sequence, alert, state: 'behind', attempts: 0, next_at: null, problem: null }
}

function firstRefusal(delivery: Delivery, event: Envelope, why: string): ParkedRow {
  return nextRefusal(delivery, behindRow(delivery.id, event), why)
}

function nextRefusal({ now, random }: Delivery, parked: ParkedRow, why: string): ParkedRow {
  const delay = retryDelays[parked.attempts]
  const attempts = parked.attempts + 1
  if (delay === undefined) return { ...parked, state: 'dead', attempts, next_at: null, problem: why }
  const next_at = new Date(now() + jitter(delay, random)).toISOString()
  return { ...parked, state: 'retry', attempts, next_at, problem: why }
}
