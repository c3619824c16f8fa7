import { describe, expect, it } from 'vitest'
import { readChainState } from '../../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { run } from '../../../src/ledger/database.ts'
import { at, chain, commit, dump, freshChain, listedDeposit, ref, screened, story } from '../fixtures.ts'

/** Blocks 5 to 8 with a listed deposit in each. */
function followed() {
  const db = freshChain()
  commit(
    db,
    [5, 6, 7, 8].map((height) => screened(ref(height), [listedDeposit(`0x${height}`)])),
  )
  return db
}

describe('a branch that lost', () => {
  it('orphans its alerts, with an event, and puts the cursor on the fork', () => {
    const db = followed()
    expect(rollBack(db, chain, ref(6), at)).toBe(2)
    expect(story(db).alerts).toEqual([
      '0x5 pending a5',
      '0x6 pending a6',
      '0x7 orphaned a7',
      '0x8 orphaned a8',
    ])
    expect(story(db).events.slice(4)).toEqual(['0x7 orphaned', '0x8 orphaned'])
    expect(
      db.prepare(`select data from alert_events where kind = 'orphaned' order by seq`).pluck().all(),
    ).toEqual(['{"height":7,"block":"a7"}', '{"height":8,"block":"a8"}'])
    expect(readChainState(db, chain.id).cursor).toEqual(ref(6))
    expect(
      db.prepare('select hash from transactions where orphaned = 1 order by hash').pluck().all(),
    ).toEqual(['0x7', '0x8'])
  })

  it('leaves an alert orphaned while its transaction is nowhere', () => {
    const db = followed()
    rollBack(db, chain, ref(6), at)
    commit(db, [screened(ref(7, 'b', 'a6'))])
    expect(story(db).alerts.at(-1)).toBe('0x8 orphaned a8')
    rollBack(db, chain, ref(6), at)
    expect(story(db).events.filter((event) => event === '0x8 orphaned')).toHaveLength(1)
  })

  it('reinstates an alert in the block that mines its transaction again', () => {
    const db = followed()
    rollBack(db, chain, ref(6), at)
    expect(commit(db, [screened(ref(7, 'b', 'a6'), [listedDeposit('0x8')])])).toEqual({
      created: 0,
      reinstated: 1,
      known: 0,
    })
    expect(story(db).alerts).toEqual([
      '0x5 pending a5',
      '0x6 pending a6',
      '0x7 orphaned a7',
      '0x8 pending b7',
    ])
    expect(story(db).events.at(-1)).toBe('0x8 reinstated')
    expect(db.prepare(`select block_height from alerts where tx_hash = '0x8'`).pluck().get()).toBe(7)
    const inclusions = db.prepare(
      `select block_hash, orphaned from transactions where hash = '0x8' order by id`,
    )
    expect(inclusions.raw().all()).toEqual([
      ['a8', 1],
      ['b7', 0],
    ])
  })

  it('takes what the new block says of a transaction that ran on another state', () => {
    const db = followed()
    rollBack(db, chain, ref(7), at)
    const [first] = listedDeposit('0x8').transfers
    if (first === undefined) throw new Error('no transfer')
    const less = {
      ...listedDeposit('0x8'),
      transfers: [{ ...first, amount: 0n, tags: ['zero-value' as const] }],
    }
    commit(db, [screened(ref(8, 'b', 'a7'), [less])])
    expect(
      db.prepare(`select amount, tags, level, block_time from alerts where tx_hash = '0x8'`).raw().get(),
    ).toEqual(['0', '["zero-value"]', 'low', '2023-11-14T22:14:56Z'])
  })

  it('comes back whole when the first branch wins after all', () => {
    const db = followed()
    const before = story(db).alerts
    rollBack(db, chain, ref(6), at)
    commit(db, [screened(ref(7, 'b', 'a6'))])
    rollBack(db, chain, ref(6), at)
    commit(
      db,
      [7, 8].map((height) => screened(ref(height), [listedDeposit(`0x${height}`)])),
    )
    expect(story(db).alerts).toEqual(before)
    expect(db.prepare('select count(*) from transactions where orphaned = 1').pluck().get()).toBe(0)
  })

  it('may be the whole of it: back to before where following began', () => {
    const db = followed()
    expect(rollBack(db, chain, null, at)).toBe(4)
    expect(readChainState(db, chain.id)).toMatchObject({ startHeight: 5, cursor: null })
    expect(dump(db)).toMatchObject({ blocks: [], coverage: [] })
    commit(db, [screened(ref(5, 'b'), [listedDeposit('0x5')])])
    expect(story(db).alerts[0]).toBe('0x5 pending b5')
  })

  it('takes what was read below where following began, but for what is final', () => {
    const read = (finalHeight: number | null) => {
      const db = followed()
      run(db, 'update chains set final_height = ?', finalHeight)
      const step = { blocks: [screened(ref(2), [listedDeposit('0x2')])], revisions: { list: 0, own: 0 }, at }
      commitReplay(db, chain, step, { row: undefined, terms: '' })
      rollBack(db, chain, null, at)
      return db
    }
    const final = read(2)
    expect(story(final).alerts[0]).toBe('0x2 final a2')
    expect(dump(final).coverage).toMatchObject([{ kind: 'replay', from_height: 2 }])
    const open = read(1)
    expect(story(open).alerts[0]).toBe('0x2 orphaned a2')
    expect(dump(open).coverage).toEqual([])
  })

  it('leaves other chains alone', () => {
    const db = followed()
    const before = dump(db)
    rollBack(db, { ...chain, id: 'other' }, null, at)
    expect(dump(db)).toEqual(before)
  })
})
