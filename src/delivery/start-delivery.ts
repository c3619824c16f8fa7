import type { SinkConfig } from '../config/delivery.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { registerSink } from '../ledger/delivery/sinks.ts'
import { lastSequence } from '../ledger/events/outbox.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { pause } from '../lifecycle/loop.ts'
import { type Delivery, deliverRound, type Round } from './deliver.ts'
import { createSink } from './sinks.ts'

/** Between two looks for something new, in milliseconds: an index look-up each. */
const pollMs = 50

/** How long the round under way may take when the daemon is to stop, and all that is left when it ends by itself. */
const [graceMs, finishMs] = [3_000, 300_000]

/** Everything that delivers, until it is stopped. */
export interface RunningDelivery {
  /** Ends after the round under way; to `finish`, when all is delivered that can be now. */
  stop(options: { finish: boolean }): Promise<void>
}

/** Makes every sink of the config known: each gets what happens from now on. */
export async function registerSinks(db: Db, sinks: readonly SinkConfig[]): Promise<void> {
  if (sinks.length === 0) return
  await inTurn(db, () => {
    for (const { id, from } of sinks) registerSink(db, id, from)
  })
}

/** Delivers events to every sink, each on its own: one that is slow, or fails, holds up neither chains nor other sinks. */
export function startDelivery(
  db: Db,
  sinks: readonly SinkConfig[],
  { log, now = Date.now, random = Math.random }: { log: Log; now?: () => number; random?: () => number },
): RunningDelivery {
  const stopping = new AbortController()
  const givingUp = new AbortController()
  let isFinishing = false
  const run = async (config: SinkConfig) => {
    const sink = createSink(config)
    const delivery: Delivery = { db, id: config.id, sink, events: config.events, now, random }
    try {
      while (!stopping.signal.aborted) {
        const round = await deliverSafely(delivery, givingUp.signal, log)
        if (round.problem !== null)
          log.warn({ sink: config.id }, `${config.id} takes no events: ${round.problem}`)
        if (round.waitMs === 0) continue
        if (isFinishing) return
        await untilDue(db, round.waitMs, stopping.signal, () => isFinishing)
      }
    } finally {
      await sink.close()
    }
  }
  const ended = Promise.all(sinks.map(run))
  ended.catch(() => {})
  return {
    async stop({ finish }) {
      isFinishing = true
      const timer = setTimeout(() => givingUp.abort(), finish ? finishMs : graceMs)
      if (!finish) stopping.abort()
      await ended
      clearTimeout(timer)
    },
  }
}

async function deliverSafely(delivery: Delivery, signal: AbortSignal, log: Log): Promise<Round> {
  try {
    return await deliverRound(delivery, signal)
  } catch (error) {
    log.error({ sink: delivery.id }, `${delivery.id}: events can't be delivered for now: ${messageOf(error)}`)
    return { sent: 0, waitMs: 5_000, problem: null }
  }
}

/** Waits until something happens, or is due, or what a person changed may make it so. */
async function untilDue(
  db: Db,
  waitMs: number | null,
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<void> {
  const known = lastSequence(db)
  const until = performance.now() + Math.min(waitMs ?? 1_000, 1_000)
  while (!signal.aborted && !isOver() && performance.now() < until) {
    if (waitMs === null && lastSequence(db) > known) return
    await pause(Math.min(pollMs, waitMs ?? pollMs), signal, { ref: false })
  }
}
