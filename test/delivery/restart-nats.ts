import { expect } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { storedIn, testNats } from '../nats/server.ts'
import { interruptedWhileDelivering } from './interrupted.ts'

/** What a sink to a server of its own has in the config. */
export const natsSink = (url: string): SinkConfig => ({
  ...{ id: 'bus', type: 'nats', events: ['*'], from: 'start', servers: [url], stream: 'CHAINSCREEN' },
  ...{ duplicateWindowMs: 600_000, replicas: 1 },
})

/** Kills a server and starts it again, so often, while events happen and are delivered: each must be there once, in order. */
export async function restartWhileDelivering(times: number): Promise<void> {
  const nats = await testNats()
  const last = await interruptedWhileDelivering(natsSink(nats.url), times, nats)
  const stored = (await storedIn(nats.url, 'CHAINSCREEN')).map(({ event }) => event.sequence)
  expect(stored).toEqual(Array.from({ length: last }, (_, index) => index + 1))
}
