import { describe, it } from 'vitest'
import { hasNats, storedIn, testNats } from '../nats/server.ts'
import { hasPostgres, testDatabase } from '../postgres/cluster.ts'
import { postgresSink } from './interrupt-postgres.ts'
import { killWhileDelivering } from './kill-deliveries.ts'
import { natsSink } from './restart-nats.ts'

describe('a process that is killed 200 times while it delivers', () => {
  it('loses nothing', () => killWhileDelivering(200, Math.random), 900_000)

  it.skipIf(!hasNats)(
    'loses nothing to NATS either, and doubles nothing',
    async () => {
      const { url } = await testNats()
      const stored = async () =>
        (await storedIn(url, 'CHAINSCREEN')).map(({ event: { sequence } }) => sequence)
      await killWhileDelivering(40, Math.random, { config: natsSink(url), stored })
    },
    900_000,
  )

  it.skipIf(!hasPostgres)(
    'loses nothing to PostgreSQL either, and doubles nothing',
    async () => {
      const { url, query } = await testDatabase()
      const text = 'select daemon_sequence from chainscreen.events order by sequence'
      const stored = async () => (await query(text)).map((row) => Number(row.daemon_sequence))
      await killWhileDelivering(40, Math.random, { config: postgresSink(url), stored })
    },
    900_000,
  )
})
