import { expect } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { startDelivery } from '../../src/delivery/start-delivery.ts'
import { inTransaction } from '../../src/ledger/database.ts'
import { readSink, registerSink } from '../../src/ledger/delivery/sinks.ts'
import { lastSequence, writeOutbox } from '../../src/ledger/events/outbox.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { at, freshLedger } from '../ledger/fixtures.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { storedIn, testNats } from '../nats/server.ts'

/** What a sink to a server of its own has in the config. */
export const natsSink = (url: string): SinkConfig => ({
  ...{ id: 'bus', type: 'nats', events: ['*'], from: 'start', servers: [url], stream: 'CHAINSCREEN' },
  ...{ duplicateWindowMs: 600_000, replicas: 1 },
})

/** Kills a server and starts it again, so often, while events happen and are delivered: each must be there once, in order. */
export async function restartWhileDelivering(times: number): Promise<void> {
  const nats = await testNats()
  const db = freshLedger()
  registerSink(db, 'bus', 'start')
  const { log, lines } = rememberingLog()
  // A pause of five minutes takes a third of a second.
  const startedMs = Date.now()
  const now = () => startedMs + (Date.now() - startedMs) * 1_000
  const delivery = startDelivery(db, [natsSink(nats.url)], { log, now })
  const happen = setInterval(
    () =>
      inTransaction(db, () => {
        for (let count = 0; count < 20; count++) writeOutbox(db, { type: 'list.stale', at, data: {} })
      }),
    5,
  )
  const cursor = () => readSink(db, 'bus')?.cursor ?? 0
  const passes = (sequence: number) =>
    waitFor(`event ${sequence}`, () => (cursor() >= sequence ? true : undefined))
  try {
    for (let time = 0; time < times; time++) {
      await passes(lastSequence(db) + 50)
      await nats.stop()
      await waitFor('a failure', () => (readSink(db, 'bus')?.problem == null ? undefined : true))
      await nats.start()
    }
    await passes(lastSequence(db) + 50)
  } finally {
    clearInterval(happen)
    await delivery.stop({ finish: true })
  }
  expect(lines.filter((line) => line.includes('takes no events'))).not.toHaveLength(0)
  const stored = (await storedIn(nats.url, 'CHAINSCREEN')).map(({ event }) => event.sequence)
  const last = lastSequence(db)
  expect(last).toBeGreaterThan(times * 50)
  expect(stored).toEqual(Array.from({ length: last }, (_, index) => index + 1))
}
