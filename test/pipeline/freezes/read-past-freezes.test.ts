import { describe, expect, it } from 'vitest'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { all, inTransaction } from '../../../src/ledger/database.ts'
import { writeFreezes } from '../../../src/ledger/freezes/freeze-entries.ts'
import { listHealth } from '../../../src/ledger/lists/list-health.ts'
import { newPace, readPastFreezes } from '../../../src/pipeline/freezes/read-past-freezes.ts'
import { compareFreezes } from '../../../src/pipeline/freezes/start-reading-freezes.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at, chain, commit, dump, ref, screened } from '../../ledger/fixtures.ts'
import { evm } from '../../screening/builders.ts'
import { activateList, screeningLedger } from '../fixtures.ts'
import { rescreenAll } from '../rescreening/rescreen-fixtures.ts'
import {
  configure,
  type Deeds,
  FreezingChain,
  freeze,
  freezeAlerts,
  freezeList,
  release,
  spans,
  usdc,
  usdt,
  villain,
} from './freeze-fixtures.ts'

const finality = { depth: 3 }
const never = new AbortController().signal

/** A chain of 30 blocks, followed from 20 on. */
async function followed(deeds: Deeds, fields: { start?: number; heights?: number } = {}) {
  const { start = 20, heights = 30 } = fields
  const node = new FreezingChain(deeds)
  node.mine(heights)
  const ledger = screeningLedger()
  configure(ledger.db, freezeList)
  const follow = () => followOnce(node, ledger.store, { start, finality })
  await follow()
  const pace = newPace()
  const options = { now: () => at, signal: never, pace }
  const read = () => readPastFreezes(ledger.db, chain, node.freezes, options)
  const problem = () => listHealth(ledger.db, [{ id: 'issuer-freezes' }], '2023-11-14T22:30:00Z')[0]?.problem
  return { node, follow, read, pace, options, problem, ...ledger }
}

describe('freezes of before a chain was followed', () => {
  const deeds: Deeds = {
    ...{ a3: [freeze()], a7: [release()], a12: [freeze({ account: evm('8') })], a15: [freeze()] },
    ...{ a22: ['0xdeposit'], a25: [release()] },
  }

  it('are read from the chain, and make the list whole', async () => {
    const { db, read, problem } = await followed(deeds)
    expect(problem()).toBe(
      `list issuer-freezes is not complete: blocks 0 to 19 of ethereum are still to be read for freezes by ${usdt}`,
    )
    expect(await read()).toBe(1)
    expect(problem()).toBeNull()
    expect(await read()).toBe(0)
    expect(spans(db)).toEqual(['36-84', '180-300'])
    expect(spans(db, evm('8'))).toEqual(['144-'])
    rescreenAll(db)
    expect(freezeAlerts(db)).toEqual(['0xdeposit yes final'])
  })

  it('are the same whether they were followed or read', async () => {
    const [one, other] = [await followed(deeds), await followed(deeds, { start: 0 })]
    await one.read()
    await other.read()
    expect(other.node.asked).toEqual([])
    for (const { db } of [one, other]) rescreenAll(db)
    for (const table of ['token_freezes', 'list_entries', 'list_intervals']) {
      const rows = ({ db }: typeof one) => all(db, `select * from ${table}`)
      expect(rows(one)).not.toEqual([])
      expect(rows(one)).toEqual(rows(other))
    }
    expect(freezeAlerts(one.db)).toEqual(freezeAlerts(other.db))
  })

  it('are read in ranges that the node stands, and from where it was broken off', async () => {
    const { db, node, read, pace } = await followed(deeds)
    pace.size = 100
    node.longest = 6
    let reads = 0
    const honest = node.freezes.read
    node.freezes.read = async (height) => {
      if (++reads === 2) throw new Error('the line broke')
      return honest(height)
    }
    await expect(read()).rejects.toThrow('the line broke')
    const standing = all(db, 'select past_next from freeze_contracts')
    expect(standing).toEqual([{ past_next: 5 }, { past_next: 5 }])
    await read()
    expect(spans(db)).toEqual(['36-84', '180-300'])
    expect(node.asked[0]).toBe('0-19')
    expect(node.asked.filter((range) => range === '0-4')).toHaveLength(1)
  })

  it('are taken over some at a time, so that a range that holds many keeps no follower waiting', async () => {
    const many = (height: number) =>
      Array.from({ length: 60 }, (_, index) =>
        freeze({ account: `evm:${String(height * 100 + index).padStart(40, '0')}` }),
      )
    const { db, read, pace } = await followed({
      a2: many(2),
      a3: many(3),
      a5: many(5),
      a7: many(7),
      a8: many(8),
    })
    pace.size = 100
    await read()
    expect(all(db, 'select past_next from freeze_contracts')).toEqual([{ past_next: 20 }, { past_next: 20 }])
    expect(all(db, `select count(*) as n from list_entries where list_id = 'issuer-freezes'`)).toEqual([
      { n: 300 },
    ])
    const jobs = `select count(*) as n from rescreens r join rescreen_entries e on e.rescreen_id = r.id
      where r.list_id = 'issuer-freezes' group by r.id`
    expect(all(db, jobs)).toEqual([{ n: 120 }, { n: 120 }, { n: 60 }])
  })

  it('are final ones: what a reorg may undo is read when it is final', async () => {
    const { db, node, follow, read, problem } = await followed(deeds, { start: 29 })
    await read()
    expect(node.asked).toEqual(['0-27'])
    expect(problem()).toMatch(/blocks 28 to 28 of ethereum are still to be read/)
    node.mine(1)
    await follow()
    await read()
    expect(node.asked).toEqual(['0-27', '28-28'])
    expect(problem()).toBeNull()
    expect(spans(db)).toEqual(['36-84', '180-300'])
  })

  it('begin for each contract with its own block', async () => {
    const node = new FreezingChain({ a2: [freeze()], a4: [freeze({ contract: usdc })], a9: [release()] })
    node.mine(20)
    const { db, store } = screeningLedger()
    const contracts = [
      { contract: usdt, symbol: 'USDT', from: 3 },
      { contract: usdc, symbol: 'USDC', from: 8 },
    ]
    configure(db, { ...freezeList, contracts })
    await followOnce(node, store, { start: 15, finality })
    await readPastFreezes(db, chain, node.freezes, { now: () => at, signal: never, pace: newPace() })
    expect(node.asked).toEqual(['3-7', '8-14'])
    // The release is known, and of which freeze it was is not.
    expect(spans(db)).toEqual([])
    expect(all(db, 'select block_height from token_freezes')).toEqual([{ block_height: 9 }])
  })

  it('are asked for again where the index of the node is of another branch', async () => {
    const { node, read } = await followed(deeds)
    node.freezes.find = async () => ({ blocks: [{ height: 3, hash: 'b3' }] })
    await expect(read()).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringContaining('has block 3 as b3'),
    })
  })

  it('say so where the node refuses even one block', async () => {
    const { node, read } = await followed(deeds)
    node.longest = 0
    await expect(read()).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('too many blocks.'),
    })
  })

  it('of which one can not be read are told as unscreened', async () => {
    const { db, node, read } = await followed(deeds)
    node.freezes.read = async (height) => ({
      ...ref(height),
      ...{ freezes: [], unscreened: [{ what: 'freeze', reason: 'it names none' }] },
    })
    await read()
    const rows = all<{ from_height: number; what: string }>(db, 'select from_height, what from unscreened')
    expect(rows.map(({ from_height, what }) => `${from_height} ${what}`)).toEqual([
      '3 freeze',
      '7 freeze',
      '12 freeze',
      '15 freeze',
    ])
  })
})

describe('a block of the past that the index of logs names', () => {
  it('and whose receipts have no such event is told as unscreened', async () => {
    const { db, node, read } = await followed({ a3: [freeze()], a7: [release()] })
    const { read: readBlock } = node.freezes
    node.freezes.read = async (height) => {
      const block = await readBlock(height)
      const unverified = { what: 'unverified', reason: 'its header can not be proved' }
      return height === 3 ? { ...block, freezes: [], unscreened: [unverified] } : block
    }
    await read()
    expect(all(db, 'select from_height as height, what from unscreened order by 2')).toEqual([
      { height: 3, what: 'freeze' },
      { height: 3, what: 'unverified' },
    ])
  })
})

describe('a config that changes', () => {
  it('makes past what was followed without a contract', async () => {
    const { db, node, follow, read, problem } = await followed({ a26: [freeze()], a33: [freeze()] })
    await read()
    // Stopped, and started without the list: it stays in force, and ages.
    configure(db)
    node.mine(5)
    const blind = node.sourceBlock.bind(node)
    node.sourceBlock = (block) => {
      const { freezes: _, ...rest } = blind(block)
      return rest
    }
    await follow()
    expect(spans(db)).toEqual(['312-'])
    // And with it again.
    configure(db, freezeList)
    expect(problem()).toMatch(/blocks 31 to 35 of ethereum are still to be read/)
    node.mine(5)
    await follow()
    await read()
    expect(problem()).toBeNull()
    expect(all(db, 'select block_hash from token_freezes')).toEqual([
      { block_hash: 'a26' },
      { block_hash: 'a33' },
    ])
  })

  it('takes out what a contract said that the list does not name any more, and back in', async () => {
    const { db, read } = await followed({
      a3: [freeze()],
      a22: [freeze({ contract: usdc, account: evm('8') })],
    })
    await read()
    const [, circle] = freezeList.contracts
    if (circle === undefined) throw new Error('unreachable')
    configure(db, { ...freezeList, contracts: [circle] })
    expect([spans(db), spans(db, evm('8'))]).toEqual([[], ['264-']])
    configure(db, freezeList)
    expect([spans(db), spans(db, evm('8'))]).toEqual([['36-'], ['264-']])
    expect(all(db, `select change, key from rescreen_entries where list_id = 'issuer-freezes'`)).toHaveLength(
      4,
    )
  })

  it('counts what is at its `from` or after it, whichever way it came to be known', async () => {
    const deeds: Deeds = {
      a3: [freeze()],
      a8: [release()],
      a22: [freeze()],
      a24: [release()],
      a26: [freeze()],
    }
    const { db, read } = await followed(deeds)
    await read()
    const from = (height: number) => ({
      ...freezeList,
      contracts: freezeList.contracts.map((contract) => ({ ...contract, from: height })),
    })
    for (const [height, expected] of [
      [4, ['264-288', '312-']],
      [24, ['312-']],
      [27, []],
      [0, ['36-96', '264-288', '312-']],
    ] as const) {
      configure(db, from(height))
      await read()
      expect(spans(db)).toEqual(expected)
    }
  })

  it('may have the list read from another chain: what the first one said does not count, then or later', async () => {
    const { db, node, follow, read } = await followed({
      a22: [freeze()],
      a33: [freeze({ account: evm('8') }), release({ account: evm('9') })],
    })
    await read()
    configure(db, { ...freezeList, chain: 'polygon' })
    expect(spans(db)).toEqual([])
    pinChain(db, { ...chain, id: 'polygon', caip2: 'eip155:137' }, 'p0', at)
    const there = { contract: usdt, account: evm('9'), change: 'frozen', txHash: '0xp', logIndex: 0 } as const
    inTransaction(db, () => writeFreezes(db, 'polygon', [{ ...ref(5), freezes: [there] }], at))
    node.mine(5)
    await follow()
    expect(spans(db, evm('9'))).toEqual(['60-'])
    expect(all(db, `select 1 from token_freezes where chain = 'ethereum'`)).toHaveLength(3)
    expect(spans(db, evm('8'))).toEqual([])
    configure(db, freezeList)
    expect([spans(db), spans(db, evm('8'))]).toEqual([['264-'], ['396-']])
  })

  it('can not make one list out of two of different kinds', () => {
    const { db } = screeningLedger()
    expect(() => configure(db, { ...freezeList, id: 'ofac-sdn' })).toThrow(
      'The database knows list "ofac-sdn" as one of format ofac-sdn-advanced, and the config as token-blacklist',
    )
    configure(db, freezeList)
    expect(() => activateList(db, [villain], freezeList.id)).toThrow('give it another id')
  })

  it('that is the same changes nothing', async () => {
    const { db, read } = await followed({ a3: [freeze()] })
    await read()
    const before = dump(db)
    configure(db, freezeList)
    expect(dump(db)).toEqual(before)
  })

  it('and a branch that loses while a contract is not watched leave nothing unread', async () => {
    const { db, node, follow, read } = await followed({ b29: [freeze()] })
    await read()
    configure(db)
    node.mine(3, 'b', node.branch()[28])
    const seeing = node.sourceBlock
    node.sourceBlock = (block) => {
      const { freezes: _, ...rest } = seeing.call(node, block)
      return rest
    }
    await follow()
    configure(db, freezeList)
    node.mine(5, 'b')
    await follow()
    await read()
    expect(spans(db)).toEqual(['348-'])
  })
})

describe('a contract whose past is read', () => {
  const deeds: Deeds = { a3: [freeze()], a5: [freeze({ account: evm('8') })], a7: [release()] }

  it('is asked for every account found, once', async () => {
    const { db, node, read, options } = await followed(deeds)
    await read()
    node.says = new Map([[evm('8'), true]])
    node.says.set(villain, false)
    const compare = () => compareFreezes(db, chain, node.freezes, options)
    expect(await compare()).toMatchObject({
      contract: usdt,
      accounts: 2,
      frozen: 1,
      different: [],
      unasked: 0,
    })
    expect(await compare()).toMatchObject({ contract: usdc, accounts: 0 })
    expect(await compare()).toBeNull()
    expect(all(db, 'select outcome, detail from list_checks')).toEqual([
      { outcome: 'activated', detail: `past freezes by ${usdt} are read: 2 accounts, 1 of them frozen` },
      { outcome: 'activated', detail: `past freezes by ${usdc} are read: 0 accounts, 0 of them frozen` },
    ])
  })

  it('may say otherwise, and that is told', async () => {
    const { db, node, read, options } = await followed(deeds)
    await read()
    node.says = new Map([[villain, true]])
    expect(await compareFreezes(db, chain, node.freezes, options)).toMatchObject({
      different: [`0x${'7'.repeat(40)}`],
      unasked: 1,
    })
    expect(all(db, 'select outcome, detail from list_checks')).toEqual([
      {
        outcome: 'rejected',
        detail: `past freezes by ${usdt} are read: 2 accounts, 1 of them frozen; the contract did not answer for 1 of them; for 1 of them the contract says otherwise: 0x${'7'.repeat(40)}`,
      },
    ])
  })
})

describe('how fresh the list is', () => {
  it('is the time of the last block that was followed, noted now and then', async () => {
    const { db, read } = await followed({}, { start: 0, heights: 2 })
    await read()
    const checked = () =>
      all<{ checked_at: string }>(db, `select checked_at from lists where id = 'issuer-freezes'`)
    const health = (time: string) => listHealth(db, [{ id: 'issuer-freezes' }], time)[0]
    expect(checked()).toEqual([{ checked_at: '2023-11-14T22:13:44Z' }])
    const heights = Array.from({ length: 20 }, (_, index) => screened(ref(3 + index)))
    for (const block of heights.slice(0, 4)) commit(db, [block])
    expect(checked()).toEqual([{ checked_at: '2023-11-14T22:13:44Z' }])
    for (const block of heights.slice(4)) commit(db, [block])
    expect(checked()).toEqual([{ checked_at: '2023-11-14T22:17:44Z' }])
    expect(health('2023-11-15T22:00:00Z')).toMatchObject({ state: 'fresh', problem: null })
    expect(health('2023-11-16T00:00:00Z')).toMatchObject({
      state: 'stale',
      problem: 'list issuer-freezes goes up to a block that is 25 hours old, and may be 24 hours at most',
    })
  })
})
