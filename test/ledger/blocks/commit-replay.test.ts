import { describe, expect, it } from 'vitest'
import { foldTransfers } from '../../../src/chains/evm/extract/fold-transfers.ts'
import { commitReplay, type ReplayProgress } from '../../../src/ledger/blocks/commit-replay.ts'
import type { ScreenedBlock } from '../../../src/ledger/blocks/commit-step.ts'
import { insertReplay } from '../../../src/ledger/blocks/replays.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { type Db, inTransaction } from '../../../src/ledger/database.ts'
import { bumpRevision, readRevisions } from '../../../src/ledger/revisions.ts'
import { evm } from '../../screening/builders.ts'
import { at, chain, commit, dump, freshChain, listedDeposit, ref, screened, story } from '../fixtures.ts'

const begin = (): ReplayProgress => ({ row: undefined, terms: '' })

function replay(db: Db, blocks: ScreenedBlock[], progress = begin()) {
  const did = commitReplay(db, chain, { blocks, revisions: readRevisions(db), at }, progress)
  const { blocks: _, ...counts } = did ?? { blocks: 0 }
  return counts
}

const blocks = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    screened(ref(from + index), [listedDeposit(`0x${from + index}`)], {
      unscreened: [{ what: 'traces', reason: 'none' }],
    }),
  )

describe('a replay', () => {
  it('doubles nothing that stands', () => {
    const db = freshChain()
    commit(db, blocks(5, 8))
    const { coverage, ...before } = dump(db)
    expect(replay(db, blocks(5, 8))).toEqual({ created: 0, reinstated: 0, known: 4 })
    expect(replay(db, blocks(6, 7))).toEqual({ created: 0, reinstated: 0, known: 2 })
    const { coverage: after, ...rest } = dump(db)
    expect(rest).toEqual(before)
    expect(after?.slice(0, 1)).toEqual(coverage)
    expect(after?.slice(1)).toMatchObject([
      { kind: 'replay', from_height: 5, to_height: 8 },
      { kind: 'replay', from_height: 6, to_height: 7 },
    ])
  })

  it('adds what is new, and moves no cursor', () => {
    const db = freshChain()
    commit(
      db,
      [5, 6].map((height) => screened(ref(height))),
    )
    const { chains } = dump(db)
    expect(replay(db, blocks(5, 6))).toMatchObject({ created: 2 })
    expect(dump(db).chains).toEqual(chains)
    expect(story(db).alerts).toEqual(['0x5 pending a5', '0x6 pending a6'])
  })

  it.each([
    ['folds what was stored one by one', 5_000, 0],
    ['has one by one what was stored folded', 0, 5_000],
  ])('that %s counts no transfer of an unknown asset twice', (_, before, after) => {
    const db = freshChain()
    const [sketch] = listedDeposit('0x5').transfers
    if (sketch === undefined) throw new Error('no transfer')
    const transfers = ['log:0', 'log:1', 'log:2'].map((id) => ({
      ...sketch,
      id,
      symbol: null,
      tags: ['unknown-asset' as const],
    }))
    const reading = (room: number) =>
      screened(ref(5), [
        { ...listedDeposit('0x5'), transfers: foldTransfers([transfers], room).get(0) ?? transfers },
      ])
    const counted = () => db.prepare('select sum(ifnull(logs, 1)) from transfers').pluck().get()
    commit(db, [reading(before)])
    expect(counted()).toBe(3)
    expect(replay(db, [reading(after)])).toEqual({ created: 0, reinstated: 0, known: 1 })
    expect(counted()).toBe(3)
  })

  it('adds the transfers of own addresses that are known only now', () => {
    const db = freshChain()
    const [first] = listedDeposit('0x5').transfers
    if (first === undefined) throw new Error('no transfer')
    commit(db, [screened(ref(5), [{ ...listedDeposit('0x5'), transfers: [first] }])])
    const both = { ...listedDeposit('0x5'), transfers: [first, { ...first, id: 'log:1', own: evm('e') }] }
    expect(replay(db, [screened(ref(5), [both])])).toEqual({ created: 1, reinstated: 0, known: 1 })
    expect([dump(db).transactions, dump(db).transfers].map((rows) => rows?.length)).toEqual([1, 2])
  })

  it('brings back an alert that was orphaned', () => {
    const db = freshChain()
    commit(db, blocks(5, 6))
    rollBack(db, chain, ref(5), at)
    commit(
      db,
      [screened(ref(6))].map((block) => ({ ...block, hash: 'b6' })),
    )
    expect(replay(db, [{ ...screened(ref(6), [listedDeposit('0x6')]), hash: 'b6' }])).toMatchObject({
      reinstated: 1,
    })
    expect(story(db).alerts.at(-1)).toBe('0x6 pending b6')
  })

  it('makes final what lies at or below the final height', () => {
    const db = freshChain()
    commit(db, [screened(ref(50))], { finalHeight: 44 })
    replay(db, blocks(43, 45))
    expect(story(db).alerts).toEqual(['0x43 final a43', '0x44 final a44', '0x45 pending a45'])
  })

  it('may end after any block while others wait: the rest is another step, and leaves what one step leaves', () => {
    const state = (partsOf: (open: number) => number) => {
      const db = freshChain()
      commit(db, blocks(5, 12), { finalHeight: 9 })
      const job = insertReplay(db, { chain: chain.id, from: 5, to: 12, ownRevision: 0 }, at)
      const progress = begin()
      let left = blocks(5, 12)
      while (left.length > 0) {
        let most = partsOf(left.length)
        const step = { blocks: left, revisions: readRevisions(db), at, replay: job }
        const did = commitReplay(db, chain, step, progress, () => --most <= 0)
        left = left.slice(did?.blocks)
        const next = db.prepare('select next_height from replays').pluck().get()
        expect(next).toBe(left[0]?.height ?? 13)
      }
      return dump(db)
    }
    const whole = state((open) => open)
    expect(whole.replays).toMatchObject([{ state: 'done', known: 8 }])
    for (const most of [1, 2, 3, 7]) expect(state(() => most)).toEqual(whole)
  })

  it('writes nothing when a revision moved since', () => {
    const db = freshChain()
    const revisions = readRevisions(db)
    inTransaction(db, () => bumpRevision(db, 'own'))
    const before = dump(db)
    const progress = begin()
    expect(commitReplay(db, chain, { blocks: blocks(5, 6), revisions, at }, progress)).toBeNull()
    expect(dump(db)).toEqual(before)
    expect(progress).toEqual(begin())
  })
})

describe('the coverage of a replay', () => {
  const covered = (db: Db) =>
    db
      .prepare(`select from_height, to_height, list_revision from coverage where kind = 'replay' order by id`)
      .raw()
      .all()

  it('begins anew where a reorg between two steps took back its row, and leaves the follower’s row alone', () => {
    const db = freshChain()
    commit(db, blocks(5, 8))
    const job = insertReplay(db, { chain: chain.id, from: 5, to: 8, ownRevision: 0 }, at)
    const progress = begin()
    const step = (from: number, to: number) => {
      const revisions = readRevisions(db)
      commitReplay(db, chain, { blocks: blocks(from, to), revisions, at, replay: job }, progress)
    }
    step(5, 6)
    // Another branch won, and lost again before the next step.
    rollBack(db, chain, ref(5), at)
    commit(
      db,
      blocks(6, 8).map((block) => ({ ...block, level: 'logs' })),
    )
    const follow = () => db.prepare(`select * from coverage where kind = 'follow'`).all()
    const before = follow()
    step(7, 8)
    expect(follow()).toEqual(before)
    expect(covered(db)).toEqual([[7, 8, 0]])
    expect(db.prepare('select next_height, state from replays').get()).toEqual({
      next_height: 5,
      state: 'pending',
    })
  })

  it('is one row over its steps, and another for a new revision', () => {
    const db = freshChain()
    const progress = begin()
    replay(db, blocks(5, 6), progress)
    replay(db, blocks(7, 8), progress)
    inTransaction(db, () => bumpRevision(db, 'list'))
    replay(db, blocks(9, 9), progress)
    expect(covered(db)).toEqual([
      [5, 8, 0],
      [9, 9, 1],
    ])
  })

  it('loses to a reorg what was not final, and no more', () => {
    const db = freshChain()
    commit(db, blocks(5, 10), { finalHeight: 7 })
    replay(db, blocks(5, 10))
    expect(covered(db)).toEqual([
      [5, 7, 0],
      [8, 10, 0],
    ])
    rollBack(db, chain, ref(9), at)
    expect(covered(db)).toEqual([[5, 7, 0]])
  })
})
