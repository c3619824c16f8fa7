import { describe, it } from 'vitest'
import { killWhileDelivering } from './kill-deliveries.ts'

describe('a process that is killed while it delivers', () => {
  it('loses nothing', () => killWhileDelivering(4, Math.random), 60_000)
})
