import { describe } from 'vitest'
import { describeKills } from './kill-deliveries.ts'

describe('a process that is killed 200 times while it delivers', () => {
  describeKills(200, 40, 900_000)
})
