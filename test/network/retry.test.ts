import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { usualDownloadPolicy } from '../../src/lists/fetch/types.ts'
import { jitteredDelayMs, retryAfterMs, retryDelayMs } from '../../src/network/retry.ts'

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
    // A text that Date.parse would take, and no form of the header.
    ['1.5', undefined],
  ])('%s', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })

  it('is cut to the longest time that is waited for', () => {
    expect(retryAfterMs('7200', now, 3_600_000)).toBe(3_600_000)
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
          const pause = jitteredDelayMs(usualDownloadPolicy, failed, undefined, random)
          expect(pause).toBeGreaterThanOrEqual(full / 2)
          expect(pause).toBeLessThanOrEqual(full)
        },
      ),
    )
  })

  it('is what the server asks for, where that is longer', () => {
    expect(jitteredDelayMs(usualDownloadPolicy, 1, 90_000, 0)).toBe(90_000)
    expect(jitteredDelayMs(usualDownloadPolicy, 1, 0, 0)).toBe(1_000)
  })

  it('is none, where the server asks for more than the longest, or the attempts are used up', () => {
    expect(jitteredDelayMs(usualDownloadPolicy, 1, 120_001, 0)).toBeNull()
    expect(jitteredDelayMs(usualDownloadPolicy, 5, undefined, 0)).toBeNull()
  })
})

describe('the delay without jitter', () => {
  const policy = { firstMs: 250, longestMs: 60_000 }

  it('doubles with each failure in a row, up to the longest', () => {
    expect([1, 2, 3, 9, 5_000].map((failures) => retryDelayMs(policy, failures))).toEqual([
      250, 500, 1_000, 60_000, 60_000,
    ])
  })

  it('is longer than the longest where the other side asks for it', () => {
    expect(retryDelayMs(policy, 1, 90_000)).toBe(90_000)
  })
})
