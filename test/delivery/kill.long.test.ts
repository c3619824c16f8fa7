import { describe, it } from 'vitest'
import { killWhileDelivering } from './kill-deliveries.ts'

describe('a process that is killed 200 times while it delivers', () => {
  it('loses nothing', () => killWhileDelivering(200, Math.random), 900_000)
})
