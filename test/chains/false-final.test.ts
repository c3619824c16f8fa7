import { describe, expect, it } from 'vitest'
import type { FollowerOptions } from '../../src/chains/follower.ts'
import { createPool } from '../../src/chains/pool/pool.ts'
import { lowerFinal } from '../../src/ledger/blocks/finality.ts'
import { pendingReplays } from '../../src/ledger/blocks/replays.ts'
import { readCoverage } from '../../src/ledger/coverage/coverage-queries.ts'
import type { Db } from '../../src/ledger/database.ts'
import { at, dump } from '../ledger/fixtures.ts'
import { screeningLedger, wired } from '../pipeline/fixtures.ts'
import { FakeChain } from './fake-chain.ts'
import { followOnce } from './follow-through.ts'

const depth = 6
const options: Partial<FollowerOptions> = { finality: { depth } }

/** A ledger as versions before left it that believed a head 1,000 above the chain: all is final, and the window is one block. */
async function believed() {
  const chain = new FakeChain()
  chain.mine(20)
  const { db, store } = screeningLedger()
  await followOnce(chain, store, options)
  db.exec(`update chains set final_height = 1014, head_height = 1020;
    update alerts set status = 'final';
    delete from blocks where height < 20`)
  return { chain, db, ids: idsOf(db) }
}

const idsOf = (db: Db) => db.prepare('select id from alerts order by id').pluck().all()
const statuses = (db: Db) =>
  db.prepare('select block_height, status from alerts order by block_height, status').raw().all() as [
    number,
    string,
  ][]
const range = (from: number, to: number, status: string) =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, status])

describe('one of two nodes that says a head 1,000 above its chain for a moment', () => {
  it('makes nothing final that was not read, and the chain goes on with the other', async () => {
    const nodes = [new FakeChain(), new FakeChain()] as const
    for (const node of nodes) node.mine(20)
    const { db, store } = screeningLedger()
    const clock = { ms: 0, nowMs: () => (clock.ms += 1_000) }
    const pool = createPool(nodes, { clock, secondLookMs: 1 })
    let lies = 0
    const honest = nodes[0].head.bind(nodes[0])
    nodes[0].head = async () => {
      const head = await honest()
      return lies-- > 0 ? { ...head, height: 1020, finalized: 1020 } : head
    }
    await followOnce(nodes[0], store, { ...options, source: pool })
    lies = 2
    for (const node of nodes) node.mine(2)
    await followOnce(nodes[0], store, { ...options, source: pool })
    expect(store.state()).toMatchObject({ cursor: { hash: 'a22' }, finalHeight: 16 })
    for (const node of nodes) node.mine(4, 'b', node.at('a19'))
    await followOnce(nodes[0], store, { ...options, source: pool })
    expect(store.state()).toMatchObject({ cursor: { hash: 'b23' }, finalHeight: 17 })
    expect(statuses(db).filter(([, status]) => status !== 'orphaned')).toEqual([
      ...range(1, 17, 'final'),
      ...range(18, 23, 'pending'),
    ])
  })
})

describe('a ledger that called blocks final on the word of a node', () => {
  it('is corrected when it is opened: what is not as deep as the config says is pending again, under the same id', async () => {
    const { db, ids } = await believed()
    expect(lowerFinal(db, 'ethereum', depth, at)).toEqual({ from: 1014, to: 14, alerts: 6 })
    expect(statuses(db)).toEqual([...range(1, 14, 'final'), ...range(15, 20, 'pending')])
    expect(idsOf(db)).toEqual(ids)
    const notes = db.prepare(
      `select block_height, actor, e.note, e.data from alert_events e join alerts a on a.id = e.alert_id where kind = 'note' order by 1`,
    )
    expect(notes.all()).toHaveLength(6)
    expect(notes.all()[0]).toEqual({
      block_height: 15,
      actor: 'chainscreen',
      note: 'pending again: its block is less than 6 blocks below the last one that was screened',
      data: '{"from":"final","to":"pending"}',
    })
    const healed = dump(db)
    expect(lowerFinal(db, 'ethereum', depth, at)).toBeNull()
    expect(dump(db)).toEqual(healed)
  })

  it('goes on, and its alerts become final when they are deep enough', async () => {
    const { chain, db } = await believed()
    lowerFinal(db, 'ethereum', depth, at)
    chain.mine(3)
    await followOnce(chain, wired(db).store, options)
    expect(statuses(db)).toEqual([...range(1, 17, 'final'), ...range(18, 23, 'pending')])
    expect(db.prepare('select final_height, head_height from chains').raw().get()).toEqual([17, 23])
  })

  it('follows the next reorg as any other: alerts of the lost branch are orphaned, and come again', async () => {
    const { chain, db, ids } = await believed()
    lowerFinal(db, 'ethereum', depth, at)
    chain.mine(6, 'b', chain.at('a16'))
    const { store } = wired(db)
    await followOnce(chain, store, options)
    expect(store.state()).toMatchObject({ cursor: { hash: 'b22' }, finalHeight: 16 })
    expect(
      db
        .prepare(`select block_hash from alerts where status != 'orphaned' order by block_height`)
        .pluck()
        .all(),
    ).toEqual(
      chain
        .branch()
        .slice(1)
        .map(({ hash }) => hash),
    )
    expect(idsOf(db)).toEqual(expect.arrayContaining(ids))
  })

  it('asks again for the blocks of a coverage row that it can not cut off at the fork', async () => {
    const { chain, db } = await believed()
    lowerFinal(db, 'ethereum', depth, at)
    chain.mine(6, 'b', chain.at('a16'))
    await followOnce(chain, wired(db).store, options)
    expect(readCoverage(db, 'ethereum')[0]?.ranges).toMatchObject([{ from: 17, to: 22 }])
    expect(pendingReplays(db, 'ethereum')).toMatchObject([{ from: 0, to: 16, next: 0 }])
  })

  it("was not followed yet: a final height that a replay wrote is not the follower's", () => {
    const { db } = screeningLedger()
    db.exec('update chains set final_height = 1000')
    expect(lowerFinal(db, 'ethereum', depth, at)).toEqual({ from: 1000, to: null, alerts: 0 })
  })
})
