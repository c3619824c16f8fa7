import { describe, it } from 'vitest'
import { hasPostgres } from '../postgres/cluster.ts'
import { interruptWhileDelivering } from './interrupt-postgres.ts'

describe.skipIf(!hasPostgres)(
  'a PostgreSQL server that goes away and comes back ten times under load',
  () => {
    it('loses no event, and doubles none', () => interruptWhileDelivering(10), 600_000)
  },
)
