import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BlockContent } from '../../../src/chains/extract.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { registeredBetween } from '../../../src/ledger/own/own-branches.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { screenAndWiden } from '../../../src/pipeline/blocks/screen-blocks.ts'
import { replay } from '../../../src/pipeline/rescans/replay.ts'
import { startFakeNode } from '../../chains/bitcoin/fake-node.ts'
import { sourceFor } from '../../chains/bitcoin/open-source.ts'
import { regtestChain } from '../../chains/bitcoin/regtest-chain.ts'
import { at, dump } from '../../ledger/fixtures.ts'
import { crashStride, isLong } from '../../long.ts'
import { tempDir } from '../../temp.ts'
import {
  addDescriptor,
  alertedOwn,
  type BlockSpec,
  bitcoinLedger,
  contextOf,
  followNode,
  keyOf,
  own,
  pays,
  spends,
  textOf,
  windowsOf,
} from '../bitcoin-ledger.ts'
import { crashAt } from '../crash-at.ts'

const gap = 20
/** The last address of each of six windows, when the one before is used: none is known before the one before was seen. */
const ladder = [0, 1, 2, 3, 4, 5].map((window) => (window + 1) * gap - 1)

async function followed(...blocks: readonly Omit<BlockSpec, 'height' | 'parentHash'>[]) {
  const db = bitcoinLedger()
  await addDescriptor(db)
  const node = await startFakeNode({ chain: regtestChain(...blocks) })
  await followNode(db, node)
  return { db, node }
}

describe('addresses of a descriptor', () => {
  it('are known up to the gap, in both branches, when it is added', async () => {
    const db = bitcoinLedger()
    await addDescriptor(db)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: gap, used: null },
      { branch: 1, derived: gap, used: null },
    ])
    const keys = all<{ key: string }>(db, 'select key from own_addresses order by key').map(({ key }) => key)
    const expected = [0, 1].flatMap((branch) => Array.from({ length: gap }, (_, i) => keyOf(own(i, branch))))
    expect(keys).toEqual(expected.sort())
  })

  it('are found as one block uses them, window after window, transaction after transaction', async () => {
    const { db } = await followed({ txs: ladder.map((index) => pays([own(index)])) })
    expect(alertedOwn(db)).toEqual(ladder.map((index) => textOf(own(index))))
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 140, used: 119 },
      { branch: 1, derived: gap, used: null },
    ])
  })

  it('are found in whatever order the block has them, and within one transaction', async () => {
    const all = new Set(ladder.map((index) => textOf(own(index))))
    const { db } = await followed({ txs: ladder.toReversed().map((index) => pays([own(index)])) })
    expect(new Set(alertedOwn(db))).toEqual(all)
    const one = await followed({ txs: [pays(ladder.toReversed().map((index) => own(index)))] })
    expect(new Set(alertedOwn(one.db))).toEqual(all)
  })

  it('are found in the other blocks of the same step', async () => {
    const chain = regtestChain(
      { txs: [pays([own(ladder[1] ?? 0)])] },
      { txs: [pays([own(ladder[2] ?? 0)])] },
      { txs: [pays([own(ladder[0] ?? 0)])] },
    )
    const db = bitcoinLedger()
    await addDescriptor(db)
    const source = chain.map((block) => block)
    const node = await startFakeNode({ chain })
    await followNode(db, node, { prefetch: source.length })
    expect(new Set(alertedOwn(db))).toEqual(new Set(ladder.slice(0, 3).map((index) => textOf(own(index)))))
  })

  it('count as used when money is spent from them, or comes back as change', async () => {
    const { db } = await followed(
      { txs: [spends([own(19)])] },
      { txs: [spends([own(39)], [own(19, 1), own(18, 1)])] },
    )
    // The second moved own money only: no transfer tells of it.
    expect(all(db, 'select * from transfers')).toHaveLength(1)
    expect(windowsOf(db)).toEqual([
      { branch: 0, derived: 60, used: 39 },
      { branch: 1, derived: 40, used: 19 },
    ])
  })

  it('beyond the gap are not seen, and coverage says what that rests on', async () => {
    const db = bitcoinLedger()
    await addDescriptor(db)
    const blocks = [{ txs: [pays([own(25)])] }, {}, { txs: [pays([own(19)])] }]
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    await followNode(db, node, { prefetch: 1 })
    expect(alertedOwn(db)).toEqual([textOf(own(19))])
    // These blocks are read with `verify: off`, of which there is a note too.
    const notes = () => readCoverage(db)[0]?.notes.filter(({ reason }) => !reason.includes('verify: off'))
    expect(readCoverage(db)[0]?.gaps).toEqual([])
    expect(notes()).toEqual([
      { from: 0, to: 2, reason: expect.stringMatching(/^up to 20 addresses were derived later/) },
    ])
    const source = sourceFor(node.url)
    await source.open()
    await replay(contextOf(db), source, { from: 0, to: 3, prefetch: 2, finality: { depth: 100 } })
    expect(alertedOwn(db)).toEqual([textOf(own(25)), textOf(own(19))])
    expect(notes()).toEqual([])
  })

  it('once derived stay own when the branch that used them loses', async () => {
    const chain = regtestChain({}, { txs: [pays([own(19)])] })
    const db = bitcoinLedger()
    await addDescriptor(db)
    const node = await startFakeNode({ chain })
    await followNode(db, node)
    expect(windowsOf(db)[0]).toEqual({ branch: 0, derived: 40, used: 19 })
    node.state.stale = chain.slice(2)
    node.state.chain = regtestChain({}, { txs: [pays([own(39)])] }, {})
    await followNode(db, node)
    expect(alertedOwn(db)).toEqual([textOf(own(39))])
    expect(windowsOf(db)[0]).toEqual({ branch: 0, derived: 60, used: 39 })
  })

  it('that the chain made known are no reason to skip a second reading of a block; registered ones are', async () => {
    const db = bitcoinLedger()
    await addDescriptor(db)
    const before = readRevisions(db).own
    const node = await startFakeNode({ chain: regtestChain({ txs: [pays([own(19), own(39)])] }) })
    await followNode(db, node)
    expect(readRevisions(db).own).toBe(before + 2)
    expect(registeredBetween(db, before, before + 2)).toBe(false)
    await addDescriptor(db, { gap: 100 })
    expect(all(db, 'select sum(addresses) as n from own_widenings')).toEqual([{ n: 40 }])
    expect(registeredBetween(db, before, readRevisions(db).own)).toBe(true)
    expect(registeredBetween(db, before + 2, before + 2)).toBe(false)
  })

  it('keep the reference of an address that was own before, and take that of the descriptor else', async () => {
    const db = bitcoinLedger()
    const hot = {
      key: keyOf(own(3)),
      address: textOf(own(3)),
      kind: 'hot',
      reference: 'desk',
      chain: '',
    } as const
    await addOwnAddresses(db, [hot], at)
    await addDescriptor(db, { kind: 'cold', reference: 'vault' })
    const rows = all<{ kind: string; reference: string }>(
      db,
      'select kind, reference, count(*) as n from own_addresses group by kind, reference order by kind',
    )
    expect(rows).toEqual([
      { kind: 'cold', reference: 'vault', n: 39 },
      { kind: 'hot', reference: 'desk', n: 1 },
    ])
    await addDescriptor(db, { reference: 'new vault' })
    expect(all(db, 'select distinct kind, reference from own_addresses order by kind')).toEqual([
      { kind: 'cold', reference: 'new vault' },
      { kind: 'hot', reference: 'desk' },
    ])
  })

  it('are the same however the chain is cut into steps', async () => {
    const blocks = ladder.map((index) => ({ txs: [pays([own(index)]), spends([own(index - 7)])] }))
    const ends = []
    for (const prefetch of [1, 3, 8]) {
      const db = bitcoinLedger()
      await addDescriptor(db)
      await followNode(db, await startFakeNode({ chain: regtestChain(...blocks) }), { prefetch })
      const { alerts, own_rows: rows, own_branches: branches } = dump(db)
      const keys = (rows as { key: string }[]).map(({ key }) => key)
      ends.push({ alerts: (alerts as { id: string }[]).map(({ id }) => id).sort(), keys, branches })
    }
    expect(ends[1]).toEqual(ends[0])
    expect(ends[2]).toEqual(ends[0])
    expect(ends[0]?.alerts).toHaveLength(6)
  })
})

describe('a crash', () => {
  it('at any statement loses no address and no alert', async () => {
    const blocks = [
      { txs: [pays([own(19)]), pays([own(39)])] },
      { txs: [spends([own(59)], [own(19, 1)])] },
      { txs: [pays([own(79), own(39, 1)])] },
    ]
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const end = async (crashes: Iterator<number>) => {
      const path = join(tempDir(), 'ledger.db')
      bitcoinLedger(path).close()
      for (let done = false; !done; ) {
        const { value } = crashes.next()
        const db = openLedger(path)
        const repair = crashAt(value ?? 0)
        try {
          if (windowsOf(db).length === 0 || windowsOf(db).some(({ derived }) => derived === 0))
            await addDescriptor(db)
          await followNode(db, node, { prefetch: 2 })
          done = true
        } catch (error) {
          if (!(error instanceof Error && error.message === 'crash')) throw error
        } finally {
          repair()
          db.close()
        }
      }
      const db = openLedger(path)
      const { own_branches, own_derived, alerts, parties, transfers } = dump(db)
      const keys = all(db, 'select key, chain, kind, reference from own_addresses order by key')
      const widened = all(db, 'select sum(addresses) as n from own_widenings')
      db.close()
      const ids = (alerts as { id: string }[]).map(({ id }) => id).sort()
      return {
        own_branches,
        own_derived,
        ids,
        parties: parties?.length,
        transfers: transfers?.length,
        keys,
        widened,
      }
    }
    const quiet = await end([][Symbol.iterator]())
    expect(quiet.ids).toHaveLength(4)
    let crashes = 0
    for (let first = 1; first < 400; first += crashStride(23)) {
      // The second life crashes too, somewhere else.
      crashes += 2
      expect(await end([first, (first * 7) % 211][Symbol.iterator]()), `crash ${first}`).toEqual(quiet)
    }
    expect(crashes).toBeGreaterThan(isLong ? 30 : 6)
  })
})

describe('while windows are widened', () => {
  it('own addresses may be loaded, the same ones too: none is lost, and the file has the last word', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = bitcoinLedger(path)
    await addDescriptor(db, { reference: 'wallet' })
    const node = await startFakeNode({ chain: regtestChain({ txs: [pays([own(19), own(39)])] }) })
    const beside = openLedger(path)
    const rows = [25, 26, 5].map((index) => {
      const key = keyOf(own(index))
      return { key, address: textOf(own(index)), kind: 'hot', reference: `file ${index}`, chain: '' } as const
    })
    async function* slowly() {
      for (const row of rows) {
        yield row
        if (row === rows[1]) await followNode(db, node)
      }
    }
    expect(await addOwnAddresses(beside, slowly(), at)).toMatchObject({ added: 0, known: 0, changed: 3 })
    beside.close()
    expect(windowsOf(db)[0]).toEqual({ branch: 0, derived: 60, used: 39 })
    const references = all<{ reference: string; n: number }>(
      db,
      'select reference, count(*) as n from own_addresses group by reference order by reference',
    )
    expect(references.map(({ reference, n }) => `${reference}: ${n}`)).toEqual([
      ...['file 25: 1', 'file 26: 1', 'file 5: 1', 'wallet: 77'],
    ])
    // A load that writes while more is derived: both are whole.
    const more = Array.from({ length: 40 }, (_, i) => ({
      ...rows[0],
      key: keyOf(own(1000 + i)),
      address: 'a',
    }))
    const load = addOwnAddresses(db, more as (typeof rows)[number][], at, {
      onWritten: () => void all(db, 'select 1'),
    })
    await Promise.all([load, addDescriptor(db, { gap: 60, reference: 'wallet' })])
    const index = contextOf(db).index
    const lookup = index.ownOn('bitcoin')
    for (const index of [0, 59, 60, 99, 1000, 1039])
      expect([lookup.has(keyOf(own(index))), lookup.mayHaveScript(own(index), 0, 22)]).toEqual([true, true])
    expect(all(db, 'select distinct key from own_addresses')).toHaveLength(102 + 60 + 40)
  })

  it('others have a turn between short pieces of work', async () => {
    const db = bitcoinLedger()
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await addDescriptor(db, { gap: 1000 })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    const revisions = all<{ n: number }>(db, 'select count(*) as n from own_addresses group by revision')
    expect(revisions.map(({ n }) => n)).toEqual([500, 500, 500, 500])
  })

  it('nothing is written of the block that needs them', async () => {
    const db = bitcoinLedger()
    await addDescriptor(db)
    const context = contextOf(db)
    const seen: number[] = []
    const extracted: number[] = []
    const lookup = context.index.ownOn('bitcoin')
    const content: BlockContent = {
      family: 'made-up',
      get extraction() {
        const found = [19, 39, 59].filter((index) => lookup.has(keyOf(own(index))))
        extracted.push(...found)
        return { transactions: [], unscreened: [], used: found.map((index) => keyOf(own(index))) }
      },
    }
    await screenAndWiden(
      context,
      [
        {
          ...{ height: 1, hash: 'a', parentHash: 'b', time: 1 },
          ...{ level: 'full' as const, unscreened: [], bytes: 1, content },
        },
      ],
      ({ blocks }) => {
        seen.push(blocks[0]?.seen?.length ?? 0)
        return { created: 0, reinstated: 0, known: 0, blocks: blocks.length }
      },
    )
    expect(seen).toEqual([3])
    expect(extracted).toEqual([19, 19, 39, 19, 39, 59, 19, 39, 59])
  })
})
