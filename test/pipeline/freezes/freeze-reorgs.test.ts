import { describe, expect, it } from 'vitest'
import { movedSql } from '../../../src/ledger/alerts/entry-events.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { freshLedger } from '../../ledger/fixtures.ts'
import { screeningLedger } from '../fixtures.ts'
import { rescreenAll } from '../rescreening/rescreen-fixtures.ts'
import {
  configure,
  type Deeds,
  FreezingChain,
  freeze,
  freezeList,
  release,
  spans,
  villain,
} from './freeze-fixtures.ts'

/** The node of a chain with these deeds, and a ledger that follows it. */
function scene(deeds: Deeds) {
  const node = new FreezingChain({ a3: ['0xbefore'], ...deeds })
  const { db, store } = screeningLedger()
  configure(db, freezeList)
  /** Mines on the tip, or on the block given, and follows there; works off what there is to do, unless told not to. */
  const to = async (count: number, { on, branch = 'a', lazy = false, later = 0 }: To = {}) => {
    const first = (on === undefined ? node.tip.height : node.at(on).height) + 1
    node.mine(count, branch, on === undefined ? node.tip : node.at(on))
    for (let height = first; height < first + count; height++) {
      const block = node.at(`${branch}${height}`)
      node.blocks.set(block.hash, { ...block, time: block.time + later })
    }
    node.tip = node.at(node.tip.hash)
    await followOnce(node, store, { start: 0, finality: { depth: 50 }, prefetch: 8 })
    if (!lazy) rescreenAll(db)
  }
  return { db, to }
}

interface To {
  on?: string
  branch?: string
  lazy?: boolean
  /** By how many seconds the blocks are later than their height says. */
  later?: number
}

const day = 86_400

/** The days that the alert of a deposit was told its entry left the list on. */
function told(db: Db, hash = '0xbefore'): (string | null)[] {
  return all<{ day: string | null }>(
    db,
    `select e.data ->> 'removed_on' as day from alert_events e join alerts a on a.id = e.alert_id
     where a.tx_hash = ? and a.list_id = 'issuer-freezes' and e.kind = 'entry-removed' order by e.seq`,
    hash,
  ).map((row) => row.day)
}

const inForce = (db: Db) =>
  all(db, 'select 1 from list_entries where key = ? and removed_on is null', villain).length === 1

describe('a freeze in a block that loses', () => {
  it('and comes back in the branch that wins is no removal', async () => {
    const { db, to } = scene({ a6: [freeze()], b6: [freeze()] })
    await to(6)
    await to(2, { on: 'a5', branch: 'b' })
    expect(told(db)).toEqual([])
    expect(spans(db)).toEqual(['72-'])
  })

  it('and comes back and ends there is told of its end alone', async () => {
    const { db, to } = scene({ a6: [freeze()], b6: [freeze()], b7: [release()] })
    await to(6)
    await to(3, { on: 'a5', branch: 'b' })
    expect(told(db)).toEqual(['2023-11-14'])
  })

  it('is told as undone, once', async () => {
    const { db, to } = scene({ a6: [freeze()] })
    await to(6)
    await to(2, { on: 'a5', branch: 'b' })
    await to(2, { branch: 'b' })
    expect(told(db)).toEqual([null])
  })

  it('is not told as undone where it had ended there already', async () => {
    const { db, to } = scene({ a5: [freeze()], a6: [release()] })
    await to(5)
    await to(1)
    expect(told(db)).toEqual(['2023-11-14'])
    await to(3, { on: 'a4', branch: 'b' })
    expect(told(db)).toEqual(['2023-11-14'])
    expect(spans(db)).toEqual([])
  })

  it('is told as undone where it had ended there, and nobody was told yet', async () => {
    const { db, to } = scene({ a5: [freeze()], a6: [release()] })
    await to(5)
    await to(1, { lazy: true })
    await to(3, { on: 'a4', branch: 'b' })
    expect(told(db)).toEqual([null])
  })

  it('after an earlier one that ended: what was raised of the second alone is told', async () => {
    const { db, to } = scene({ a1: [freeze()], a2: [release()], a6: [freeze()] })
    await to(6)
    expect(told(db)).toEqual([])
    await to(2, { on: 'a5', branch: 'b' })
    expect(told(db)).toEqual(['2023-11-14'])
  })
})

describe('a release in a block that loses', () => {
  const frozen: Deeds = { a4: [freeze()], a6: [release()] }

  it.each([
    ['a sibling', { b6: [release()] }, {}],
    ['a later block', { b8: [release()] }, {}],
    ['a later block, by the same transaction', { b8: [release({ txHash: '0xa6' })] }, {}],
    [
      'a block of the next day, by the same transaction',
      { b7: [release({ txHash: '0xa6' })] },
      { later: day },
    ],
  ])('and comes back in %s is told once', async (_where, deeds, when) => {
    const { db, to } = scene({ ...frozen, ...deeds })
    await to(5)
    await to(1)
    expect(told(db)).toEqual(['2023-11-14'])
    await to(4, { on: 'a5', branch: 'b', ...when })
    expect(inForce(db)).toBe(false)
    expect(told(db)).toEqual(['2023-11-14'])
  })

  it('is told once where all is worked off at last', async () => {
    const { db, to } = scene({ ...frozen, b8: [release()] })
    await to(5)
    await to(1, { lazy: true })
    await to(4, { on: 'a5', branch: 'b' })
    expect(told(db)).toEqual(['2023-11-14'])
  })

  it('and does not come back is not told of where nobody was yet', async () => {
    const { db, to } = scene(frozen)
    await to(5)
    await to(1, { lazy: true })
    await to(3, { on: 'a5', branch: 'b' })
    expect(inForce(db)).toBe(true)
    expect(told(db)).toEqual([])
  })

  it('and is followed by another one, days later, is told of that too', async () => {
    const { db, to } = scene({ ...frozen, b9: [release()] })
    await to(5)
    await to(1)
    await to(3, { on: 'a5', branch: 'b' })
    await to(2, { branch: 'b', later: 3 * day })
    expect(told(db)).toEqual(['2023-11-14', '2023-11-17'])
  })

  it('and does not come back is told as listed again, and its next release as another one', async () => {
    const { db, to } = scene({ ...frozen, b9: [release()] })
    await to(5)
    await to(1)
    await to(3, { on: 'a5', branch: 'b' })
    await to(1, { branch: 'b' })
    const kinds = all(
      db,
      `select kind, e.data ->> 'in_force_from' as since from alert_events e join alerts a on a.id = e.alert_id
       where tx_hash = '0xbefore' and kind in ('entry-removed', 'listed-again') order by seq`,
    )
    expect(kinds).toEqual([
      { kind: 'entry-removed', since: null },
      { kind: 'listed-again', since: expect.stringMatching(/^2023-11-14T/) },
      { kind: 'entry-removed', since: null },
    ])
  })

  it('tells what was raised in the branch that won, when it comes back', async () => {
    const { db, to } = scene({ ...frozen, b6: ['0xmeanwhile'], b8: [release()] })
    await to(5)
    await to(1)
    await to(4, { on: 'a5', branch: 'b' })
    expect(told(db)).toHaveLength(1)
    expect(told(db, '0xmeanwhile')).toHaveLength(1)
  })
})

describe('two releases', () => {
  const twice: Deeds = { a4: [freeze()], a5: [release()], a6: [freeze()], a7: [release()] }

  it.each([
    ['as they come', [4, 1, 1, 1], false],
    ['when both are there', [4, 3], true],
  ])('of one day are told both, %s', async (_when, steps, lazy) => {
    const { db, to } = scene(twice)
    for (const [index, count] of steps.entries()) {
      await to(count, { lazy: lazy && index > 0 })
    }
    rescreenAll(db)
    expect(told(db)).toEqual(['2023-11-14', '2023-11-14'])
  })

  it('of which a reorg moves the second are told both, once', async () => {
    const { db, to } = scene({ ...twice, b8: [release()] })
    for (const count of [4, 1, 1, 1]) await to(count)
    await to(3, { on: 'a6', branch: 'b' })
    expect(told(db)).toEqual(['2023-11-14', '2023-11-14'])
  })
})

it('the look-up of a release that a reorg moved is one at an index', () => {
  const plan = freshLedger()
    .prepare(`explain query plan ${movedSql}`)
    .all({ 1: 'x', 2: 'x', 3: 'x', 4: 'x' }) as { detail: string }[]
  expect(plan.filter(({ detail }) => detail.startsWith('SCAN'))).toEqual([])
})
