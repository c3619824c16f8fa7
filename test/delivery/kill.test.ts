import { describe } from 'vitest'
import { describeKills } from './kill-deliveries.ts'

describe('a process that is killed while it delivers', () => {
  describeKills(4, 4, 60_000)
})
