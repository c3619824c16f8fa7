import { describe, expect, it } from 'vitest'
import { readTracesAway } from '../../../src/ledger/coverage/traces-away.ts'
import { chain, commit, freshChain, ref, screened } from '../fixtures.ts'

type Traces = 'read' | 'none' | { away: string } | undefined
const away = (reason = 'no state') => ({ away: reason })

/** Follows blocks that say this of their traces, in steps; each step a minute after the one before. */
function followed(...steps: readonly (readonly Traces[])[]) {
  const db = freshChain()
  let height = 0
  return {
    db,
    states: steps.map((step, index) => {
      const blocks = step.map((traces) => screened(ref(++height), [], { ...(traces && { traces }) }))
      commit(db, blocks, { at: `2026-01-01T00:0${index}:00.000Z` })
      return readTracesAway(db, chain.id)
    }),
  }
}

describe('call traces that a node should serve', () => {
  it('are away since the first block of those that lack them', () => {
    const { states } = followed(['read', away(), away('still none')], [away('none at all')])
    expect(states).toEqual([
      { since: '2026-01-01T00:00:00.000Z', height: 2, reason: 'still none' },
      { since: '2026-01-01T00:00:00.000Z', height: 2, reason: 'none at all' },
    ])
  })

  it('are back with the first block that has them', () => {
    const { states } = followed([away()], ['read'], [away()])
    expect(states).toMatchObject([{ height: 1 }, null, { since: '2026-01-01T00:02:00.000Z', height: 3 }])
  })

  it('are away anew where they were back in between, in one step', () => {
    const { states } = followed([away()], [away(), 'read', away()])
    expect(states.at(-1)).toMatchObject({ since: '2026-01-01T00:01:00.000Z', height: 4 })
  })

  it('are not missed where the config wants none, or no node has any', () => {
    expect(followed([away()], ['none']).states.at(-1)).toBeNull()
  })

  it('are as they were after blocks without transactions', () => {
    const { states } = followed([undefined], [away()], [undefined, undefined])
    expect(states).toMatchObject([null, { height: 2 }, { height: 2 }])
  })
})
