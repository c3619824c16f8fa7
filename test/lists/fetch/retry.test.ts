import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pauseMs, retryAfterMs } from '../../../src/lists/fetch/retry.ts'
import { usualPatience } from '../../../src/lists/fetch/types.ts'

const now = Date.UTC(2026, 0, 1)

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', 7 * 86_400_000],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('%s', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})

describe('the pause before the next attempt', () => {
  it('doubles, is drawn between half and all of that, and never passes the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failed, random) => {
          const full = Math.min(2_000 * 2 ** (failed - 1), 120_000)
          const pause = pauseMs(failed, undefined, usualPatience, random)
          expect(pause).toBeGreaterThanOrEqual(full / 2)
          expect(pause).toBeLessThanOrEqual(full)
        },
      ),
    )
  })

  it('is what the server asks for, where that is longer', () => {
    expect(pauseMs(1, 90_000, usualPatience, 0)).toBe(90_000)
    expect(pauseMs(1, 0, usualPatience, 0)).toBe(1_000)
  })

  it('is none, where the server asks for more than the longest, or the attempts are used up', () => {
    expect(pauseMs(1, 120_001, usualPatience, 0)).toBeNull()
    expect(pauseMs(5, undefined, usualPatience, 0)).toBeNull()
  })
})
