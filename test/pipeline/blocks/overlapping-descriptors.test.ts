import { describe, expect, it } from 'vitest'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { branchesSql, knownUsedSql } from '../../../src/ledger/own/own-branches.ts'
import { addOwnDescriptor } from '../../../src/own/add-descriptor.ts'
import { startFakeNode } from '../../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../../chains/bitcoin/regtest-chain.ts'
import { p2shOf } from '../../chains/bitcoin/scripts.ts'
import { at } from '../../ledger/fixtures.ts'
import {
  addDescriptor,
  alertedOwn,
  bitcoinLedger,
  config,
  descriptor,
  followNode,
  keyOf,
  own,
  pays,
  spends,
  textOf,
  windowsOf,
} from '../bitcoin-ledger.ts'

const firstBranch = descriptor.replace('<0;1>', '0')
const oneAddress = descriptor.replace('<0;1>/*', '0/0')

function add(db: Db, text: string, gap?: number) {
  return addOwnDescriptor(db, text, { chain: '', gap }, [config], { now: () => at })
}

/** Pays each 15th address, up to the one before `end`: none lies beyond the gap of 20. */
const usedUpTo = (end: number) =>
  Array.from({ length: Math.ceil(end / 15) }, (_, i) => ({ txs: [pays([own(i * 15)])] }))

describe('a descriptor that is added beside one with the same addresses', () => {
  it('begins where that one is in use, and finds what is paid beyond', async () => {
    const db = bitcoinLedger()
    await add(db, firstBranch, 20)
    const blocks = usedUpTo(152)
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    await followNode(db, node)
    expect(windowsOf(db)).toEqual([{ branch: 0, derived: 172, used: 150 }])
    await addDescriptor(db, { gap: 100 })
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 172, used: 150 },
      { branch: 0, derived: 260, used: 150 },
      { branch: 1, derived: 100, used: null },
    ])
    node.state.chain = regtestChain(...blocks, { txs: [pays([own(220)])] })
    await followNode(db, node)
    expect(alertedOwn(db).at(-1)).toBe(textOf(own(220)))
    // The first one has the same addresses, so it is in use as far.
    expect(windowsOf(db).slice(0, 2)).toEqual([
      { branch: 0, derived: 242, used: 220 },
      { branch: 0, derived: 330, used: 220 },
    ])
  })

  it('is in use as far as that one comes later, also where it does not know the address that is used', async () => {
    const db = bitcoinLedger()
    await add(db, firstBranch, 200)
    await addDescriptor(db)
    const node = await startFakeNode({ chain: regtestChain({ txs: [spends([own(152)], [own(3)])] }) })
    await followNode(db, node)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 360, used: 152 },
      { branch: 0, derived: 174, used: 152 },
      { branch: 1, derived: 20, used: null },
    ])
  })

  it('catches up where a former version left it behind', async () => {
    const db = bitcoinLedger()
    await add(db, firstBranch, 20)
    await addDescriptor(db)
    db.prepare('update own_branches set used = 52 where descriptor_id = 1').run()
    const node = await startFakeNode({ chain: regtestChain({}) })
    await followNode(db, node)
    expect(windowsOf(db).map(({ derived }) => derived)).toEqual([74, 74, 20])
  })

  it('does not make one address of it into many', async () => {
    const db = bitcoinLedger()
    await add(db, oneAddress)
    await addDescriptor(db)
    const node = await startFakeNode({ chain: regtestChain({ txs: [pays([own(0), own(19)])] }) })
    await followNode(db, node)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 1, used: 0 },
      { branch: 0, derived: 40, used: 19 },
      { branch: 1, derived: 20, used: null },
    ])
    await add(db, descriptor.replace('<0;1>/*', '1/0'))
    expect(windowsOf(db).at(-1)).toEqual({ branch: 0, derived: 1, used: null })
  })
})

describe('a descriptor that is added beside one with other forms of the same keys', () => {
  const native = firstBranch.replace(/#.*/, '')
  const nested = `sh(${native})`
  const legacy = native.replace('wpkh', 'pkh')
  const nestedOf = (index: number) => p2shOf(Buffer.from(own(index)))

  it.each([
    ['nested', nested],
    ['legacy', legacy],
  ])('%s: begins where that one is in use, and is in use as far as it', async (_, other) => {
    const db = bitcoinLedger()
    await add(db, native, 20)
    const node = await startFakeNode({ chain: regtestChain(...usedUpTo(152)) })
    await followNode(db, node)
    await add(db, other, 30)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 172, used: 150 },
      { branch: 0, derived: 183, used: 150 },
    ])
  })

  it('finds what is paid to it far beyond what was used of it, and lets the first follow', async () => {
    const db = bitcoinLedger()
    await add(db, native, 20)
    const blocks = usedUpTo(152)
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    await followNode(db, node)
    await add(db, nested, 100)
    node.state.chain = regtestChain(...blocks, { txs: [pays([nestedOf(220)])] })
    await followNode(db, node)
    expect(alertedOwn(db).at(-1)).toBe(textOf(nestedOf(220)))
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 242, used: 220 },
      { branch: 0, derived: 330, used: 220 },
    ])
  })

  it('of the change branch is not taken for one of the other', async () => {
    const db = bitcoinLedger()
    await add(db, native, 20)
    await add(db, nested.replace('/0/*', '/1/*'), 20)
    const node = await startFakeNode({ chain: regtestChain(...usedUpTo(40)) })
    await followNode(db, node)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 52, used: 30 },
      { branch: 0, derived: 20, used: null },
    ])
  })
})

describe('a descriptor whose addresses are known otherwise', () => {
  it('is in use as far as single own addresses and former counterparties of it are', async () => {
    const db = bitcoinLedger()
    const address = textOf(own(12))
    await addOwnAddresses(db, [{ key: keyOf(own(12)), address, kind: 'hot', reference: '', chain: '' }], at)
    const txs = [pays([own(12)]), spends([own(12)], [own(25)])]
    const node = await startFakeNode({ chain: regtestChain({ txs }) })
    await followNode(db, node)
    await addDescriptor(db)
    expect(windowsOf(db)[0]).toEqual({ branch: 0, derived: 46, used: 25 })
  })

  it('is asked without a scan', () => {
    const db = bitcoinLedger()
    const plans = [
      all<{ detail: string }>(db, `explain query plan ${branchesSql}`, ''),
      all<{ detail: string }>(db, `explain query plan ${knownUsedSql}`, '[]', 1, 0),
    ]
    const steps = plans.flat().map(({ detail }) => detail)
    expect(steps.join('\n')).toMatch(/own_derived_first/)
    expect(steps.filter((step) => /^SCAN (?:d|transfers|parties)\b/.test(step))).toEqual([])
  })
})
