import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowEnd } from '../../src/descriptor/window.ts'

describe('the window of a branch', () => {
  it('begins with the gap', () => {
    expect(windowEnd(null, 20)).toBe(20)
    expect(windowEnd(null, 1000)).toBe(1000)
  })

  it('reaches the gap beyond the highest index in use, and a tenth more at most', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 20, max: 100_000 }), (used, gap) => {
        const end = windowEnd(used, gap)
        expect(end).toBeGreaterThanOrEqual(used + 1 + gap)
        expect(end).toBeLessThan(used + 1 + gap + Math.max(1, gap / 10))
        expect(windowEnd(used + 1, gap)).toBeGreaterThanOrEqual(end)
      }),
    )
  })

  it('ends where indexes do', () => {
    expect(windowEnd(2 ** 31 - 1, 20)).toBe(2 ** 31)
  })
})
