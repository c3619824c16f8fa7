import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { ownPartySql } from '../../../src/ledger/blocks/superseded.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses, retireOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { assetSql, storedBlockSql, storedOfBlockSql } from '../../../src/ledger/transfers/stored-block.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import { key, p2pkh, p2tr, p2wpkh } from '../../chains/bitcoin/scripts.ts'
import { randomRuns } from '../../long.ts'
import { bitcoin, coin } from '../../pipeline/bitcoin-ledger.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { rescreenAll } from '../../pipeline/rescreening/rescreen-fixtures.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { at, chain as ethereum, freshLedger } from '../fixtures.ts'
import { hot, ledger, read, standing } from '../readings.ts'

const [late, deposit, listed, bob] = [p2wpkh('late'), p2tr('deposit'), p2wpkh('alice'), p2pkh('bob')]

describe('a transaction that is read again when more own addresses are known', () => {
  const spec = { inputs: [coin(late, 3), coin(listed)], outputs: [coin(deposit, 1.5), coin(bob, 2)] }

  it('is screened later as if they had always been known, and doubles nothing', async () => {
    const always = ledger()
    await always.own(deposit, late)
    always.follow(read(spec, deposit, late))
    const since = ledger()
    await since.own(deposit)
    since.follow(read(spec, deposit))
    await since.own(late)
    since.replay(read(spec, deposit, late))
    for (const { db } of [always, since]) {
      activateList(db, [key(listed)])
      rescreenAll(db)
    }
    expect(standing(since.db)).toEqual(standing(always.db))
    expect(since.replay(read(spec, deposit, late))).toEqual({ created: 0, reinstated: 0, known: 1 })
    expect(standing(since.db)).toEqual(standing(always.db))
  })

  it('moves nothing any more where all of it is own to own; its alerts stay', async () => {
    const internal = { inputs: [coin(listed, 3)], outputs: [coin(deposit, 2.9)] }
    const { db, own, follow, replay } = ledger()
    activateList(db, [key(listed)])
    await own(deposit)
    follow(read(internal, deposit))
    const { alerts } = standing(db)
    expect(alerts).toMatchObject([{ transfer: 'vout:0', role: 'source' }])
    await own(listed)
    expect(read(internal, deposit, listed)).toEqual([])
    replay([])
    expect(standing(db)).toEqual({ moved: [], parties: [], alerts })
  })

  it('is not brought back as it was by a reorg that comes back to its block', async () => {
    const { db, own, follow, replay } = ledger()
    await own(deposit)
    follow(read(spec, deposit))
    await own(late)
    replay(read(spec, deposit, late))
    const before = standing(db)
    rollBack(db, bitcoin, null, at)
    follow(read(spec, deposit, late))
    expect(standing(db)).toEqual(before)
  })

  it('is read so also where a reorg came back to its block in between', async () => {
    const [always, { db, own, follow }] = [ledger(), ledger()]
    await always.own(deposit, late)
    always.follow(read(spec, deposit, late))
    await own(deposit)
    follow(read(spec, deposit))
    rollBack(db, bitcoin, null, at)
    await own(late)
    follow(read(spec, deposit, late))
    expect(standing(db)).toEqual(standing(always.db))
  })

  it('stays as it is when an own address is retired: it is own all the same', async () => {
    const { db, own, follow, replay } = ledger()
    await own(deposit, late)
    follow(read(spec, deposit, late))
    const before = standing(db)
    await retireOwnAddresses(db, [key(late)], at)
    replay(read(spec, deposit, late))
    expect(standing(db)).toEqual(before)
  })

  it('is screened as if they had always been known, whatever it is', async () => {
    const scripts = [late, deposit, listed, bob, p2tr('carol')]
    const sides = fc.array(fc.tuple(fc.constantFrom(...scripts), fc.integer({ min: 1, max: 3 })), {
      ...{ minLength: 1, maxLength: 4 },
    })
    const specs = fc.array(fc.record({ inputs: sides, outputs: sides }), { minLength: 20, maxLength: 20 })
    const some = fc.subarray(scripts)
    await fc.assert(
      fc.asyncProperty(specs, some, some, some, async (drawn, first, more, lists) => {
        const readAll = (...own: Uint8Array[]) => {
          const txs = drawn.flatMap(({ inputs, outputs }) =>
            read(
              { inputs: inputs.map((side) => coin(...side)), outputs: outputs.map((side) => coin(...side)) },
              ...own,
            ),
          )
          return [...new Map(txs.map((each) => [each.hash, each])).values()]
        }
        const [always, since] = [ledger(), ledger()]
        await always.own(...first, ...more)
        always.follow(readAll(...first, ...more))
        await since.own(...first)
        since.follow(readAll(...first))
        await since.own(...more)
        since.replay(readAll(...first, ...more))
        for (const { db } of [always, since]) {
          activateList(db, lists.map(key))
          rescreenAll(db)
        }
        expect(standing(since.db)).toEqual(standing(always.db))
      }),
      { numRuns: randomRuns(12) },
    )
  })
})

describe('on an EVM chain', () => {
  /** A deposit by somebody, who is own later, started by a third one. */
  const [somebody, starter] = [evm('7'), evm('b')]
  const both = tx({
    transfers: [
      transfer({ id: 'log:1', parties: [party(somebody, 'source')] }),
      transfer({ id: 'log:2', parties: [party(evm('c'), 'source')] }),
    ],
    parties: [party(starter, 'initiator')],
  })
  const one = { ...both, transfers: both.transfers.slice(1) }

  const evmLedger = async () => {
    const made = ledger(ethereum)
    await addOwnAddresses(made.db, [{ key: evm('a'), address: 'A', ...hot }], at)
    const somebodyToo = () => addOwnAddresses(made.db, [{ key: somebody, address: 'S', ...hot }], at)
    return { ...made, somebodyToo }
  }
  const transfers = (db: Db) => standing(db).moved.map((row) => (row as { transfer: string }).transfer)

  it('what became own to own is no transfer either', async () => {
    const { db, follow, replay, somebodyToo } = await evmLedger()
    follow([both])
    await somebodyToo()
    replay([one])
    activateList(db, [starter])
    rescreenAll(db)
    expect(standing(db).alerts).toMatchObject([{ transfer: 'log:2', role: 'initiator' }])
    expect(transfers(db)).toEqual(['log:2'])
  })

  it('a reading that shows less takes nothing away', async () => {
    const { db, follow, replay, somebodyToo } = await evmLedger()
    follow([both])
    await somebodyToo()
    const traces = [{ what: 'traces', reason: 'none' }]
    replay([one], { level: 'logs', unscreened: traces })
    expect(transfers(db)).toEqual(['log:1', 'log:2'])
    // The gap is there by now; what was read without it still tells more.
    replay([], { level: 'logs', unscreened: traces })
    expect(transfers(db)).toEqual(['log:1', 'log:2'])
    replay([one])
    expect(transfers(db)).toEqual(['log:2'])
  })

  it('one with the same gaps does', async () => {
    const { db, follow, replay, somebodyToo } = await evmLedger()
    const logs = { level: 'logs', unscreened: [{ what: 'traces', reason: 'none' }] }
    follow([both], logs)
    await somebodyToo()
    replay([one], logs)
    expect(transfers(db)).toEqual(['log:2'])
  })

  it('what no own address explains stays', async () => {
    const { db, follow, replay } = await evmLedger()
    follow([both])
    replay([one])
    replay([])
    expect(transfers(db)).toEqual(['log:1', 'log:2'])
  })

  it('a re-screen under way raises no alert of what stands no more', async () => {
    const { db, follow, replay, somebodyToo } = await evmLedger()
    const many = Array.from({ length: 60 }, (_, index) =>
      transfer({ id: `log:${index}`, parties: [party(somebody, 'source')] }),
    )
    follow([{ ...both, transfers: many }])
    await somebodyToo()
    rescreenAll(db)
    activateList(db, [starter])
    rescreenChunk(db, at, 0)
    const raised = standing(db).alerts.length
    expect(raised).toBeLessThan(60)
    replay([one])
    rescreenAll(db)
    expect(standing(db).alerts.length).toBe(raised)
  })
})

it.each([
  ['of own addresses among parties', ownPartySql],
  ['of a block', storedBlockSql],
  ['of what stands of a block', storedOfBlockSql],
  ['of an asset', assetSql],
])('the look-up %s is one at an index', (_of, sql) => {
  const params = (sql.match(/\?/g) ?? []).map(() => 'x')
  const plan = freshLedger()
    .prepare(`explain query plan ${sql}`)
    .all(...params) as { detail: string }[]
  expect(plan.filter(({ detail }) => detail.startsWith('SCAN'))).toEqual([])
})
