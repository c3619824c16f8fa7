import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FreezeEvent, frozenIntervals, inForceAt, isoTime } from '../../src/screening/in-force.ts'

const at = (seconds: number) => isoTime(1_700_000_000 + seconds)
const event = (change: FreezeEvent['change'], seconds: number, contract = 'usdt'): FreezeEvent => ({
  ...{ contract, change, time: at(seconds) },
})

describe('when an account was frozen', () => {
  it.each<[string, FreezeEvent[], [number, number | null][], string[]]>([
    ['never', [], [], []],
    ['let go, and never frozen that we know of', [event('unfrozen', 1)], [], []],
    ['frozen', [event('frozen', 1)], [[1, null]], ['usdt']],
    ['frozen twice over', [event('frozen', 1), event('frozen', 2)], [[1, null]], ['usdt']],
    ['let go', [event('frozen', 1), event('unfrozen', 2), event('unfrozen', 3)], [[1, 2]], ['usdt']],
    [
      'frozen again',
      [event('frozen', 1), event('unfrozen', 2), event('frozen', 3)],
      [
        [1, 2],
        [3, null],
      ],
      ['usdt'],
    ],
    ['frozen and let go in one block', [event('frozen', 1), event('unfrozen', 1)], [[1, 1]], ['usdt']],
    [
      'let go and frozen again in one block',
      [event('frozen', 1), event('unfrozen', 2), event('frozen', 2)],
      [[1, null]],
      ['usdt'],
    ],
    [
      'by two, while either has it frozen',
      [event('frozen', 1), event('frozen', 2, 'usdc'), event('unfrozen', 3), event('unfrozen', 5, 'usdc')],
      [[1, 5]],
      ['usdc', 'usdt'],
    ],
    [
      'by two, of whom one let it go',
      [event('frozen', 1), event('frozen', 2, 'usdc'), event('unfrozen', 3)],
      [[1, null]],
      ['usdc'],
    ],
  ])('%s', (_name, events, spans, contracts) => {
    const intervals = spans.map(([from, to]) => ({ from: at(from), to: to === null ? null : at(to) }))
    expect(frozenIntervals(events)).toEqual({ intervals, contracts })
  })

  it('is, at every time, whether some contract had it frozen in that second', () => {
    const anyEvent = fc.record({
      contract: fc.constantFrom('usdt', 'usdc', 'other'),
      change: fc.constantFrom('frozen' as const, 'unfrozen' as const),
      pause: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (sketches) => {
        let seconds = 0
        const events = sketches.map(({ contract, change, pause }) => {
          seconds += pause
          return event(change, seconds, contract)
        })
        const { intervals } = frozenIntervals(events)
        for (const [index, { from, to }] of intervals.entries()) {
          expect(to === null || from <= to).toBe(true)
          const next = intervals[index + 1]
          if (next !== undefined) expect(to !== null && to < next.from).toBe(true)
        }
        for (let second = 0; second <= seconds + 1; second++) {
          const frozen = new Set<string>()
          const seen: boolean[] = []
          for (const { contract, change, time } of events) {
            if (time > at(second)) break
            if (time === at(second)) seen.push(frozen.size > 0)
            if (change === 'frozen') frozen.add(contract)
            else frozen.delete(contract)
          }
          seen.push(frozen.size > 0)
          expect(inForceAt(intervals, at(second))).toBe(seen.includes(true))
        }
      }),
    )
  })
})
