import { setMaxListeners } from 'node:events'
import type { SinkConfig } from '../config/delivery.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { readCondition, readSink, registerSink, type SinkCondition } from '../ledger/delivery/sinks.ts'
import { lastSequence } from '../ledger/events/outbox.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { endsWithin, pause } from '../lifecycle/loop.ts'
import { type Delivery, deliverRound } from './deliver.ts'
import type { Sink } from './sink.ts'
import { createSink } from './sinks.ts'

/** Between two looks for something new, in milliseconds: an index look-up each. */
const pollMs = 50

/** Everything that delivers, until it is stopped. */
export interface RunningDelivery {
  /**
   * Ends after the round under way; to `finish`, when all is delivered that can be now, or at the signal. What hangs is left behind: its
   * events come again at the next start.
   */
  stop(options: { finish: boolean; signal?: AbortSignal }): Promise<void>
}

/** In milliseconds. */
interface DeliveryLimits {
  /** How long the round under way may take when the daemon is to stop. */
  graceMs: number
  /** How long all that is left may take when it ends by itself. */
  finishMs: number
  /** After a round that threw. */
  againMs: number
}

const defaultLimits: DeliveryLimits = { graceMs: 3_000, finishMs: 300_000, againMs: 5_000 }

export interface DeliveryOptions {
  log: Log
  /** Milliseconds since 1970. */
  now?: () => number
  /** 0 ≤ r < 1. */
  random?: () => number
  limits?: DeliveryLimits
}

/** Makes every sink of the config known: each gets what happens from now on. */
export async function registerSinks(db: Db, sinks: readonly SinkConfig[]): Promise<void> {
  if (sinks.length === 0) return
  await inTurn(db, () => {
    for (const { id, from } of sinks) registerSink(db, id, from)
  })
}

/**
 * Delivers events to every sink, each on its own: one that is slow, or fails, holds up neither chains nor other sinks.
 *
 * @throws what keeps a sink from being made.
 */
export function startDelivery(
  db: Db,
  sinks: readonly SinkConfig[],
  { log, now = Date.now, random = Math.random, limits = defaultLimits }: DeliveryOptions,
): RunningDelivery {
  const { graceMs, finishMs, againMs } = limits
  const stopping = new AbortController()
  const givingUp = new AbortController()
  // Every sink listens, and a webhook once for each of its requests: their number is no sign of a leak.
  setMaxListeners(0, stopping.signal, givingUp.signal)
  let isFinishing = false
  const run = async ({ id, events }: SinkConfig, sink: Sink) => {
    const delivery: Delivery = { db, id, sink, events, now, random }
    let known: SinkCondition = { state: 'delivers', reason: null }
    try {
      while (!stopping.signal.aborted) {
        try {
          const last = lastSequence(db)
          const { waitMs } = await deliverRound(delivery, givingUp.signal)
          known = logChange(delivery, known, log)
          if (waitMs === 0) continue
          if (isFinishing) return
          await untilDue(db, { last, waitMs }, stopping.signal, () => isFinishing)
        } catch (error) {
          // Whatever it is, the sink is tried again: events wait meanwhile, and none is lost.
          log.error({ sink: id }, `${id}: events can't be delivered for now: ${messageOf(error)}`)
          if (isFinishing) return
          await pause(againMs, stopping.signal, { ref: false })
        }
      }
    } finally {
      await sink.close()
    }
  }
  const made = sinks.map((config) => [config, createSink(config)] as const)
  const ended = Promise.all(made.map(([config, sink]) => run(config, sink)))
  ended.catch(() => {})
  return {
    async stop({ finish, signal }) {
      isFinishing = true
      if (finish) await endsWithin(ended, finishMs, signal)
      stopping.abort()
      if (await endsWithin(ended, graceMs)) return
      givingUp.abort()
      if (!(await endsWithin(ended, graceMs)))
        log.warn('a sink does not end, and is left behind: its events come again at the next start')
    },
  }
}

/** Logs where a sink begins or ends to fail, or to refuse events: a line for each change. */
function logChange({ db, id }: Delivery, before: SinkCondition, log: Log): SinkCondition {
  const row = readSink(db, id)
  if (row === undefined) return before
  const now = readCondition(db, row)
  const { state, reason } = now
  const isNews = state !== before.state || (reason !== before.reason && state !== 'refuses')
  if (!isNews) return now
  const list = `\`chainscreen deliveries list ${id}\` shows them`
  if (state === 'delivers') log.info({ sink: id }, `${id} takes events again`)
  else if (state === 'gave-up') log.warn({ sink: id }, `${id} never took some events: ${list}`)
  else if (state === 'refuses') log.warn({ sink: id }, `${id} refuses events: ${reason}; ${list}`)
  else if (state === 'fails') log.warn({ sink: id }, `${id} takes no events: ${reason}`)
  else log.warn({ sink: id }, `${id} is disabled: ${reason}`)
  return now
}

/** Waits until something happens after `last`, or is due, or what a person changed may make it so. */
async function untilDue(
  db: Db,
  { last, waitMs }: { last: number; waitMs: number | null },
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<void> {
  const until = performance.now() + Math.min(waitMs ?? 1_000, 1_000)
  while (!signal.aborted && !isOver() && performance.now() < until) {
    if (waitMs === null && lastSequence(db) > last) return
    await pause(Math.min(pollMs, waitMs ?? pollMs), signal, { ref: false })
  }
}
