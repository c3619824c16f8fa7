import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { BlockContent } from '../../../src/chains/extract.ts'
import type { BlockOptions, SourceBlock } from '../../../src/chains/source.ts'
import { isTemporary } from '../../../src/diagnostics/errors.ts'
import type { Chain } from '../../../src/ledger/blocks/chain.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { shareTurns, WriteTurns, whileBusy } from '../../../src/ledger/write-turns.ts'
import { createLedgerStore } from '../../../src/pipeline/blocks/ledger-store.ts'
import { rereadWhole } from '../../../src/pipeline/blocks/screen-blocks.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { at, chain, listedDeposit, story } from '../../ledger/fixtures.ts'
import { evm, listed, own, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList, screeningLedger } from '../fixtures.ts'

const head = { height: 1, hash: 'a1', finalized: null }

/** @param found is asked each time the block is looked through. */
function block(found: () => ScreenableTx[]): SourceBlock {
  const node = new FakeChain()
  const content: BlockContent = {
    family: 'made-up',
    get extraction() {
      return { transactions: found(), unscreened: [] }
    },
  }
  return { ...node.sourceBlock(node.mine(1)), content }
}

describe('a step of the pipeline', () => {
  it('screens what a block holds and writes the alerts, at the revisions it was screened with', async () => {
    const { db, store } = screeningLedger()
    await store.commit([block(() => [listedDeposit('0xt')])], head, null)
    expect(story(db).alerts).toEqual(['0xt pending a1'])
    expect(db.prepare('select list_revision from alerts').pluck().get()).toBe(1)
    expect(db.prepare('select list_revision, own_revision from coverage').raw().all()).toEqual([[1, 0]])
  })

  it('can be tried again when another process holds the database for too long, and wrote nothing', async () => {
    const path = join(tempDir(), 'ledger.db')
    const { db, store } = screeningLedger(path)
    whileBusy.longestMs = 0
    onTestFinished(() => {
      whileBusy.longestMs = 30_000
    })
    const beside = openLedger(path)
    beside.exec('begin immediate')
    const writes = [
      async () => store.commit([block(() => [listedDeposit('0xt')])], head, null),
      async () => store.noteHead(head, null),
    ]
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'database-busy' })
    beside.close()
    for (const write of writes) await write()
    expect(story(db).alerts).toEqual(['0xt pending a1'])
    expect(db.prepare('select head_height from chains').pluck().get()).toBe(head.height)
  })

  it('waits for a full disk as for a busy database: the same step goes through once there is space', async () => {
    const { db, store } = screeningLedger(join(tempDir(), 'ledger.db'))
    const pages = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages}`)
    const many = Array.from({ length: 200 }, (_, index) => listedDeposit(`0x${index}`))
    const write = async () => store.commit([block(() => many)], head, null)
    const failure = await write().then(
      () => null,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'database-disk', message: expect.stringContaining('disk is full') })
    expect(isTemporary(failure)).toBe(true)
    expect(story(db).alerts).toEqual([])
    db.pragma(`max_page_count = ${pages + 10_000}`)
    await write()
    expect(story(db).alerts).toHaveLength(200)
  })

  it('screens again when a list changes under it, from another process', async () => {
    const path = join(tempDir(), 'ledger.db')
    const { db, store } = screeningLedger(path)
    let extractions = 0
    const meanwhile = block(() => {
      if (++extractions === 1) {
        const beside = openLedger(path)
        activateList(beside, [evm('7')], 'house')
        beside.close()
      }
      return [tx({ hash: '0xt', transfers: [transfer({ parties: [party(evm('7'), 'source')] })] })]
    })
    await store.commit([meanwhile], head, null)
    expect(extractions).toBe(2)
    expect(db.prepare('select list_id, list_revision from alerts').raw().all()).toEqual([['house', 2]])
    expect(db.prepare('select list_revision from coverage').pluck().all()).toEqual([2])
  })

  it('screens again when an own address is added under it', async () => {
    const { db, store, context } = screeningLedger()
    const lookup = context.index.ownOn(chain.id)
    const address = { key: own, address: 'text', kind: 'deposit', reference: 'u1', chain: '' } as const
    const hex = `0x${'a'.repeat(40)}`
    await addOwnAddresses(db, [{ ...address, key: evm('c') }], at)
    const seen: boolean[] = []
    const meanwhile = block(() => {
      seen.push(lookup.mayHaveEvm(hex) && lookup.has(own))
      if (seen.length === 1) {
        db.prepare(
          `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision) values (?, '', 0, 't', 'hot', 'u', ?, 2)`,
        ).run(own, at)
        db.exec(`update meta set value = '2' where key = 'own_revision'`)
      }
      return seen.at(-1) ? [listedDeposit('0xt')] : []
    })
    await store.commit([meanwhile], head, null)
    expect(seen).toEqual([false, true])
    expect(story(db).alerts).toEqual(['0xt pending a1'])
  })

  it('reads a block again that was reduced before an address became own, and takes no other in its place', async () => {
    const { db, context } = screeningLedger()
    await addOwnAddresses(db, [{ key: own, address: 'text', kind: 'hot', reference: '', chain: '' }], at)
    const { own: now } = readRevisions(db)
    const served = block(() => [listedDeposit('0xt')])
    const empty = { family: 'evm' } as never
    const reduced = { ...served, ownRevision: now - 1, content: empty }
    const again: unknown[] = []
    const reread = (other: object) => async (each: SourceBlock) => {
      again.push(each.height)
      return { ...served, ownRevision: now, ...other }
    }
    const elsewhere = createLedgerStore({ ...context, reread: reread({ hash: 'b1' }) })
    await expect(elsewhere.commit([reduced], head, null)).rejects.toMatchObject({ code: 'node-missing-data' })
    await createLedgerStore({ ...context, reread: reread({}) }).commit([reduced], head, null)
    expect(again).toEqual([served.height, served.height])
    expect(story(db).alerts).toEqual(['0xt pending a1'])
  })

  it('reads it again whole, so that once is enough, however fast addresses become own', async () => {
    const { db, context } = screeningLedger()
    await addOwnAddresses(db, [{ key: own, address: 'text', kind: 'hot', reference: '', chain: '' }], at)
    const { own: now } = readRevisions(db)
    const served = block(() => [listedDeposit('0xt')])
    const asked: unknown[] = []
    const source = {
      block: async (height: number, _: unknown, options: BlockOptions = {}) => {
        asked.push([height, options])
        db.exec(`update meta set value = value + 1 where key = 'own_revision'`)
        const reduced = { ...served, ownRevision: now, content: { family: 'evm' } as never }
        return options.whole ? served : reduced
      },
    }
    const store = createLedgerStore({ ...context, reread: rereadWhole(source) })
    await store.commit([{ ...served, ownRevision: now - 1, content: { family: 'evm' } as never }], head, null)
    expect(asked).toEqual([[served.height, { whole: true }]])
    expect(story(db).alerts).toEqual(['0xt pending a1'])
  })

  it('screens again when a list changes before its turn, and another chain has brought the index up to date', async () => {
    const { db, store, context } = screeningLedger()
    const turns = new WriteTurns()
    shareTurns(db, turns)
    let extractions = 0
    const deposit = block(() => {
      extractions++
      return [tx({ hash: '0xt', transfers: [transfer({ parties: [party(evm('7'), 'source')] })] })]
    })
    let end = () => {}
    const gate = new Promise<void>((resolve) => {
      end = resolve
    })
    const held = turns.take(() => gate)
    const step = store.commit([deposit], head, null)
    expect(extractions).toBe(1)
    activateList(db, [evm('7')], 'house')
    context.index.refresh()
    end()
    await Promise.all([held, step])
    expect(extractions).toBe(2)
    expect(db.prepare('select list_id, list_revision from alerts').raw().all()).toEqual([['house', 2]])
    expect(db.prepare('select list_revision from coverage').pluck().all()).toEqual([2])
  })

  it('holds the write lock for about 30 ms where others wait, and screens nothing twice for it', async () => {
    const { db, context } = screeningLedger()
    const turns = new WriteTurns()
    shareTurns(db, turns)
    const slow: Chain = {
      ...chain,
      addressText: (key) => {
        const until = performance.now() + 12
        while (performance.now() < until);
        return chain.addressText(key)
      },
    }
    const store = createLedgerStore({ ...context, chain: slow })
    const node = new FakeChain()
    node.mine(8)
    let extractions = 0
    const blocks = node.branch().map((each) => ({
      ...node.sourceBlock(each),
      content: {
        family: 'made-up',
        get extraction() {
          extractions++
          return { transactions: [listedDeposit(`0x${each.height}`)], unscreened: [] }
        },
      } as BlockContent,
    }))
    const holds: number[] = []
    const take = turns.take.bind(turns)
    turns.take = (work) =>
      take(async () => {
        const begin = performance.now()
        try {
          return await work()
        } finally {
          holds.push(performance.now() - begin)
        }
      })
    const step = store.commit(blocks, { ...head, height: 8 }, 4)
    let waits = 0
    // One who wants to write whenever the step does.
    const beside = (async () => {
      for (let isDone = false; !isDone; waits++)
        isDone = await take(() => db.prepare('select cursor_height from chains').pluck().get() === 8)
    })()
    await Promise.all([step, beside])
    expect(extractions).toBe(blocks.length)
    expect(holds.length).toBeGreaterThan(2)
    const sum = holds.reduce((all, each) => all + each, 0)
    // Each ends after the block that it came to by then.
    expect(Math.max(...holds)).toBeLessThan(sum / 2)
    expect(waits).toBeGreaterThanOrEqual(holds.length)
    expect(story(db).alerts).toHaveLength(blocks.length)

    holds.length = 0
    const alone = createLedgerStore({ ...context, chain: slow })
    node.mine(8)
    const more = node.branch().slice(blocks.length)
    await alone.commit(
      more.map((each) => node.sourceBlock(each)),
      { ...head, height: 16 },
      12,
    )
    expect(holds).toHaveLength(1)
  })
})

describe('what screening has in memory', () => {
  it('follows lists and own addresses, and sees own addresses as each chain does', async () => {
    const { db, context } = screeningLedger()
    const { index } = context
    expect(index.revisions).toEqual({ list: 1, own: 0 })
    expect(index.watchlist.lookup(listed)).toHaveLength(1)
    const address = { address: 'text', kind: 'deposit', reference: 'u1' } as const
    await addOwnAddresses(
      db,
      [
        { ...address, key: evm('1'), chain: '' },
        { ...address, key: evm('2'), chain: chain.id },
      ],
      at,
    )
    activateList(db, [evm('7')], 'house')
    expect(index.revisions).toEqual({ list: 1, own: 0 })
    index.refresh()
    expect(index.revisions).toEqual({ list: 2, own: 1 })
    expect(index.watchlist.lookup(evm('7'))).toHaveLength(1)
    const [here, there] = [index.ownOn(chain.id), index.ownOn('polygon')]
    const may = (digit: string) => here.mayHaveEvm(`0x${digit.repeat(40)}`)
    expect([may('1'), may('2'), may('3')]).toEqual([true, true, false])
    expect([here.has(evm('1')), here.has(evm('2')), here.has(evm('3'))]).toEqual([true, true, false])
    expect([there.has(evm('1')), there.has(evm('2'))]).toEqual([true, false])
  })
})
