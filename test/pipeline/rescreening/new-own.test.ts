import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equivalents } from '../../../src/address/equivalents.ts'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addRescreen } from '../../../src/ledger/lists/rescreens.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { fewAddresses } from '../../../src/ledger/own/own-variants.ts'
import { hasLeftovers, sweepLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { at, freshLedger } from '../../ledger/fixtures.ts'
import { untilCrash } from '../../ledger/pieces.ts'
import { openTestLedger } from '../../ledger/template.ts'
import { randomRuns } from '../../long.ts'
import { evm, p2pkh, p2wpkh } from '../../screening/builders.ts'
import { addDescriptor, bitcoinLedger, keyOf, own } from '../bitcoin-ledger.ts'
import { activateList } from '../fixtures.ts'
import { rescreenAll } from './rescreen-fixtures.ts'

const add = (db: Db, keys: readonly Key[]) => {
  const rows = keys.map((key) => ({
    key,
    address: `ours ${key}`,
    kind: 'hot' as const,
    reference: '',
    chain: '',
  }))
  return addOwnAddresses(db, rows, at)
}
const jobs = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', whole, state, entries, created) as text from rescreens where kind = 'own' order by id`,
  ).map(({ text }) => text)
const told = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', a.id, a.own_address, a.match, a.level, a.list_id, k.entry_key) as text
     from alerts a join alert_keys k on k.alert_id = a.id order by text`,
  ).map(({ text }) => text)

const keyNumber = (index: number): Key => `evm:${String(index).padStart(40, '0')}`
const numbered = (count: number) => Array.from({ length: count }, (_, index) => keyNumber(index))

describe('own addresses that are new', () => {
  it('are looked up in the lists, which nobody goes through for them', async () => {
    const db = freshLedger()
    activateList(db, [...numbered(50), p2wpkh('7')])
    rescreenAll(db)
    await add(db, [evm('c')])
    expect(jobs(db)).toEqual([])
    await add(db, [keyNumber(7), p2pkh('7'), evm('d')])
    rescreenAll(db)
    expect(jobs(db)).toEqual(['0 done 2 2'])
  })

  it('that are many have every entry held against them', async () => {
    const db = freshLedger()
    activateList(db, [evm('b'), evm('c')])
    rescreenAll(db)
    const many = Array.from({ length: fewAddresses }, (_, index) => keyNumber(index))
    await add(db, [...many, evm('b')])
    rescreenAll(db)
    expect(jobs(db)).toEqual(['1 done 2 1'])
  })

  it('raise the alerts that going through the lists raises, whatever names them', async () => {
    const variants = (key: Key) => [key, ...equivalents(key).map((variant) => variant.key)]
    const pool = [evm('1'), evm('2'), p2pkh('3'), p2wpkh('4'), `bitcoin:0020${'5'.repeat(64)}` as Key]
    const ours = pool.flatMap((key) => variants(key).filter((variant) => /^(evm|bitcoin):/.test(variant)))
    const lists = fc.tuple(fc.subarray(pool.flatMap(variants)), fc.subarray(pool.flatMap(variants)))
    await fc.assert(
      fc.asyncProperty(lists, fc.subarray(ours), async ([first, second], keys) => {
        const db = openTestLedger(':memory:')
        activateList(db, first, 'one')
        // What it does not name any more is not in force.
        activateList(db, second, 'one', '2022-01-01')
        activateList(db, first, 'two')
        rescreenAll(db, 60_000)
        await add(db, keys)
        rescreenAll(db, 60_000)
        const quick = told(db)
        addRescreen(db, { kind: 'own', listId: null, revision: 3, whole: true, at })
        rescreenAll(db, 60_000)
        expect(told(db)).toEqual(quick)
        expect(quick.length).toBeGreaterThanOrEqual(keys.filter((key) => first.includes(key)).length)
        db.close()
      }),
      { numRuns: randomRuns(60) },
    )
  })

  it('of a descriptor are looked up too, in whichever portion they are derived', async () => {
    const db = bitcoinLedger()
    activateList(db, [keyOf(own(3)), keyOf(own(2, 1)), keyOf(own(700))], 'house')
    rescreenAll(db)
    await addDescriptor(db, { issued: 600 })
    await addDescriptor(db, { issued: 600 })
    rescreenAll(db)
    expect(jobs(db)).toEqual(['0 done 1 1', '0 done 1 1'])
    await addDescriptor(db, { issued: 800 })
    rescreenAll(db)
    expect(jobs(db)).toEqual(['0 done 1 1', '0 done 1 1', '0 done 1 1'])
  })

  it('are looked up all the same after a crash, and not twice', async () => {
    const db = freshLedger()
    activateList(db, [evm('b')])
    rescreenAll(db)
    let crashes = 0
    const left: boolean[] = []
    for (; !(await untilCrash(db, crashes, () => add(db, [evm('b'), evm('c')]))); crashes++) {
      expect(jobs(db)).toEqual([])
      left.push(hasLeftovers(db))
      await sweepLeftovers(db)
    }
    // Nothing is in the database until the first piece is; from then on each crash leaves some.
    expect(left).toEqual(left.toSorted())
    expect(left.slice(0, 1).concat(left.slice(-2))).toEqual([false, true, true])
    expect(crashes).toBeGreaterThan(2)
    rescreenAll(db)
    expect(jobs(db)).toEqual(['0 done 1 1'])
    expect(told(db)).toHaveLength(1)
  })
})
