import { describe, expect, it } from 'vitest'
import { type ReplayRange, replay } from '../../../src/pipeline/rescans/replay.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { dump, story } from '../../ledger/fixtures.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { activateList, screeningLedger } from '../fixtures.ts'

const finality = { depth: 6 }

function range(from: number, to: number, fields: Partial<ReplayRange> = {}): ReplayRange {
  return { from, to, prefetch: 3, finality, ...fields }
}

/** A chain of 40 blocks, followed from 20 on. */
async function followed() {
  const chain = new FakeChain()
  chain.mine(40)
  const ledger = screeningLedger()
  await followOnce(chain, ledger.store, { start: 20, finality })
  return { chain, ...ledger }
}

describe('a replay', () => {
  it('of what was followed finds everything standing, and changes nothing but coverage', async () => {
    const { chain, db, context } = await followed()
    const { coverage, ...before } = dump(db)
    expect(await replay(context, chain, range(20, 40))).toEqual({ created: 0, reinstated: 0, known: 21 })
    expect(await replay(context, chain, range(25, 30))).toEqual({ created: 0, reinstated: 0, known: 6 })
    const { coverage: after, ...rest } = dump(db)
    expect(rest).toEqual(before)
    expect(after?.slice(0, 1)).toEqual(coverage)
  })

  it('below the start finds what was there, with the ids that following gives', async () => {
    const { chain, db, context } = await followed()
    const heights: number[] = []
    const counts = await replay(
      context,
      chain,
      range(5, 19, { onProgress: (height) => heights.push(height) }),
    )
    expect(counts).toEqual({ created: 15, reinstated: 0, known: 0 })
    expect(heights.at(-1)).toBe(19)
    const all = screeningLedger()
    await followOnce(chain, all.store, { start: 5, finality })
    const rows = (ledger: typeof db) =>
      ledger.prepare('select id, status, block_hash from alerts order by id').all()
    expect(rows(db)).toEqual(rows(all.db))
    expect(db.prepare('select start_height, cursor_height from chains').raw().get()).toEqual([20, 40])
  })

  it('with a node that has more closes what was not screened', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    chain.unscreened = [{ what: 'traces', reason: 'the node has none' }]
    const { db, store, context } = screeningLedger()
    await followOnce(chain, store, { start: 20, finality })
    const gaps = () =>
      db.prepare('select from_height, to_height, closed_at is null from unscreened').raw().all()
    expect(gaps()).toEqual([[20, 40, 1]])
    chain.unscreened = []
    await replay(context, chain, range(20, 40))
    // What a reorg may undo is another row of coverage.
    expect(gaps()).toEqual([
      [35, 40, 0],
      [20, 34, 0],
    ])
  })

  it('finds what a newer list names', async () => {
    const { chain, db, context } = await followed()
    const newer = [tx({ hash: '0xnew', transfers: [transfer({ parties: [party(evm('7'), 'source')] })] })]
    const honest = chain.block.bind(chain)
    chain.block = async (height) => ({
      ...(await honest(height)),
      content: {
        family: 'made-up',
        extraction: { transactions: height === 25 ? newer : [], unscreened: [] },
      },
    })
    expect(await replay(context, chain, range(20, 40))).toEqual({ created: 0, reinstated: 0, known: 0 })
    activateList(db, [evm('7')], 'house')
    expect(await replay(context, chain, range(20, 40))).toEqual({ created: 1, reinstated: 0, known: 0 })
    expect(story(db).alerts).toContain('0xnew final a25')
  })

  it('needs no follower before it, for what is final', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    const { db, context } = screeningLedger()
    expect(await replay(context, chain, range(0, 34))).toMatchObject({ created: 34 })
    expect(db.prepare('select distinct status from alerts').pluck().all()).toEqual(['final'])
    expect(db.prepare('select cursor_height from chains').pluck().get()).toBeNull()
  })

  it('calls nothing final on the word of a node that has no such head', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    const honest = chain.head.bind(chain)
    chain.head = async () => ({ ...(await honest()), height: 1040 })
    const { db, context } = screeningLedger()
    const before = dump(db)
    await expect(replay(context, chain, range(0, 40))).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('which would make block 40 final'),
    })
    expect(dump(db)).toEqual(before)
  })

  it('refuses a range that is neither followed nor final', async () => {
    const { chain, db, context } = await followed()
    chain.mine(5)
    const before = dump(db)
    await expect(replay(context, chain, range(30, 41))).rejects.toMatchObject({ code: 'usage' })
    expect(dump(db)).toEqual(before)
    await expect(replay(screeningLedger().context, chain, range(0, 40))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--to 40 is above 39'),
    })
  })

  it('refuses blocks of another branch than the ledger follows', async () => {
    const { chain, db, context } = await followed()
    chain.mine(4, 'b', chain.at('a37'))
    const before = story(db)
    await expect(replay(context, chain, range(38, 40))).rejects.toMatchObject({
      code: 'wrong-chain',
      message: expect.stringContaining('38'),
    })
    expect(story(db)).toEqual(before)
  })

  it('makes nothing final that a reorg may still undo: only the follower knows the branch', async () => {
    const { chain, db, store, context } = await followed()
    chain.mine(12, 'b', chain.at('a37'))
    expect(await replay(context, chain, range(20, 30))).toMatchObject({ known: 11 })
    await followOnce(chain, store, { finality })
    const { alerts } = story(db)
    expect(alerts).toContain('0x38 final b38')
    expect(alerts).toContain('0x49 pending b49')
  })

  it('stops when told to, and keeps what it wrote', async () => {
    const { chain, db, context } = await followed()
    const stop = new AbortController()
    const onProgress = (height: number) => {
      if (height >= 8) stop.abort(new Error('told to stop'))
    }
    await expect(replay(context, chain, range(0, 19, { signal: stop.signal, onProgress }))).rejects.toThrow(
      'told to',
    )
    const [row] = db
      .prepare(`select from_height, to_height from coverage where kind = 'replay'`)
      .raw()
      .all() as number[][]
    expect(row?.[0]).toBe(0)
    expect(db.prepare('select count(*) from alerts where block_height < 20').pluck().get()).toBe(row?.[1])
  })
})
