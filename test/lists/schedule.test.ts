import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckOutcome } from '../../src/ledger/lists/list-checks.ts'
import { nextCheck } from '../../src/lists/schedule.ts'

const hour = 3_600_000
const list = { id: 'ofac', everyMs: hour }
const now = '2026-01-01T12:00:00.000Z'
const check = (outcome: CheckOutcome, at = now) => ({ at, outcome })
/** Minutes from `now` until the list is due, without the jitter. */
const minutes = (...outcomes: CheckOutcome[]) =>
  Math.floor(
    (nextCheck(
      list,
      outcomes.map((outcome) => check(outcome)),
      null,
      now,
    ) -
      Date.parse(now)) /
      66_001,
  )

describe('a list is due', () => {
  it('at once, where it was never checked', () => {
    expect(nextCheck(list, [], null, now)).toBeLessThan(Date.parse(now))
  })

  it('an interval after its last check, and at most a tenth of it later', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(now), noInvalidDate: true }), (date) => {
        const due = nextCheck(list, [check('unchanged', date.toISOString())], null, now) - date.getTime()
        expect(due).toBeGreaterThanOrEqual(hour)
        expect(due).toBeLessThanOrEqual(hour * 1.1)
      }),
    )
  })

  it('at the same moment whenever it is asked: a restart changes nothing', () => {
    const checks = [check('not-modified', '2026-01-01T11:30:00.000Z')]
    const due = nextCheck(list, checks, null, now)
    expect(nextCheck(list, checks, null, '2026-01-01T15:00:00.000Z')).toBe(due)
  })

  it('at moments that differ between lists and between installations', () => {
    const dues = ['a', 'b', 'c', 'd'].flatMap((id) =>
      [0, 1, 2].map(
        (ms) =>
          nextCheck({ ...list, id }, [check('unchanged', `2026-01-01T11:00:00.00${ms}Z`)], null, now) - ms,
      ),
    )
    expect(new Set(dues).size).toBe(12)
  })

  it('sooner after a failure, and later with each, up to the interval', () => {
    expect(minutes('failed')).toBeLessThanOrEqual(1)
    expect(minutes('failed', 'failed', 'failed')).toBeLessThanOrEqual(4)
    expect(minutes('failed', 'failed', 'failed')).toBeGreaterThan(minutes('failed'))
    expect(minutes(...Array<CheckOutcome>(16).fill('failed'))).toBeGreaterThanOrEqual(54)
    expect(minutes('rejected')).toBeGreaterThanOrEqual(54)
    expect(minutes('held', 'failed')).toBeGreaterThanOrEqual(54)
  })

  it('not before the moment that the server asked for', () => {
    const asked = '2026-01-02T00:00:00.000Z'
    expect(nextCheck(list, [check('failed')], asked, now)).toBe(Date.parse(asked))
    expect(nextCheck(list, [check('failed')], '2025-01-01T00:00:00.000Z', now)).toBeGreaterThan(
      Date.parse(now),
    )
  })

  it.each(['2036-01-01T00:00:00.000Z', '2026-01-01T12:00:00.001Z'])(
    'at once where the clock was set back, and its last check seems to be of %s',
    (at) => {
      for (const later of [now, '2026-01-01T11:59:00.000Z']) {
        expect(nextCheck(list, [check('unchanged', at)], null, later)).toBeLessThanOrEqual(Date.parse(later))
      }
      const asked = '2026-01-02T00:00:00.000Z'
      expect(nextCheck(list, [check('failed', at)], asked, now)).toBe(Date.parse(asked))
    },
  )

  it('whatever the server asked for, where that is longer than any server is heard', () => {
    const week = '2026-01-08T12:00:00.000Z'
    expect(nextCheck(list, [], week, now)).toBe(Date.parse(week))
    expect(nextCheck(list, [], '2026-01-08T12:00:00.001Z', now)).toBeLessThan(Date.parse(now))
  })
})
