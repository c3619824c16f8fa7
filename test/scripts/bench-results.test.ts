import { describe, expect, it } from 'vitest'

/** A script: it has no types. */
const { fallen } = await import(new URL('../../scripts/bench/results.mjs', import.meta.url).href)

const row = (name: string, median: number, what = 'ratio') => ({
  ...{ title: 'a benchmark', name, what, median },
  ...{ low: median, high: median },
})

describe('a run of the benchmarks beside a baseline', () => {
  it('stands where no ratio fell by more than the tolerance', () => {
    expect(fallen([row('a', 0.46), row('b', 2)], [row('a', 0.6), row('b', 1)], 0.25)).toEqual([])
  })

  it('names each ratio that fell, and each that is missing', () => {
    const baseline = [row('a', 0.6), row('b', 1), row('c', 3)]
    expect(fallen([row('a', 0.44), row('b', 1)], baseline, 0.25)).toEqual([
      'a benchmark: a: 0.60 before, 0.44 now',
      'a benchmark: c: it was not measured',
    ])
  })

  it('does not compare times, which are another on each machine', () => {
    expect(fallen([row('a', 1, 'blocks a second')], [row('a', 900, 'blocks a second')], 0.25)).toEqual([])
  })
})
