import { describe, it } from 'vitest'
import { hasNats } from '../nats/server.ts'
import { restartWhileDelivering } from './restart-nats.ts'

describe.skipIf(!hasNats)('a NATS server that goes down and comes up again ten times under load', () => {
  it('loses no event, and doubles none', () => restartWhileDelivering(10), 600_000)
})
