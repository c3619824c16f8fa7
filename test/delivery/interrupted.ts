import { expect } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { startDelivery } from '../../src/delivery/start-delivery.ts'
import { inTransaction } from '../../src/ledger/database.ts'
import { readSink, registerSink } from '../../src/ledger/delivery/sinks.ts'
import { lastSequence, writeOutbox } from '../../src/ledger/events/outbox.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { at, freshLedger } from '../ledger/fixtures.ts'
import { rememberingLog } from '../lists/remembering-log.ts'

/**
 * Takes a receiver away and gives it back, so often, while events happen and are delivered to it.
 *
 * @returns the last sequence that happened: events have those from 1.
 */
export async function interruptedWhileDelivering(
  sink: SinkConfig,
  times: number,
  { stop, start }: { stop(): Promise<void>; start(): Promise<void> },
): Promise<number> {
  const db = freshLedger()
  registerSink(db, sink.id, 'start')
  const { log, lines } = rememberingLog()
  // A pause of five minutes takes a third of a second.
  const startedMs = Date.now()
  const now = () => startedMs + (Date.now() - startedMs) * 1_000
  const delivery = startDelivery(db, [sink], { log, now })
  const happen = setInterval(
    () =>
      inTransaction(db, () => {
        for (let count = 0; count < 20; count++) writeOutbox(db, { type: 'list.stale', at, data: {} })
      }),
    5,
  )
  const cursor = () => readSink(db, sink.id)?.cursor ?? 0
  const passes = (sequence: number) =>
    waitFor(`event ${sequence}`, () => (cursor() >= sequence ? true : undefined))
  try {
    for (let time = 0; time < times; time++) {
      await passes(lastSequence(db) + 50)
      await stop()
      await waitFor('a failure', () => (readSink(db, sink.id)?.problem == null ? undefined : true))
      await start()
    }
    await passes(lastSequence(db) + 50)
  } finally {
    clearInterval(happen)
    await delivery.stop({ finish: true })
  }
  expect(lines.filter((line) => line.includes('takes no events'))).not.toHaveLength(0)
  const last = lastSequence(db)
  expect(last).toBeGreaterThan(times * 50)
  return last
}
