import { describe, expect, it } from 'vitest'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import type { ScreenedBlock } from '../../../src/ledger/blocks/commit-step.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import type { Tag } from '../../../src/screening/level.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { at, chain, commit, freshChain, listedDeposit, ref, screened } from '../fixtures.ts'

const noTraces = { what: 'traces', reason: 'the node has none' }
const unverified = { what: 'unverified', reason: 'the receipts are not those of the header' }

/** How a reading can see less than a strict one with traces. */
const weaker: [string, Partial<ScreenedBlock>][] = [
  ['without call traces', { level: 'logs', unscreened: [noTraces] }],
  ['that proves nothing', { unproved: true }],
  ['of a block that proves false, which is taken all the same', { unscreened: [unverified] }],
]

const deposit = (amount: bigint, tags: Tag[] = []) => [
  tx({
    hash: '0x7',
    transfers: [transfer({ id: 'log:2', amount, tags, parties: [party(evm('9'), 'source')] })],
  }),
]

function replay(db: Db, block: ScreenedBlock): void {
  const step = { blocks: [block], revisions: readRevisions(db), at }
  expect(commitReplay(db, chain, step, { row: undefined, terms: '' })).not.toBeNull()
}

const stored = (db: Db) => ({
  alerts: all(db, 'select * from alerts'),
  transfers: all(db, 'select * from transfers'),
  parties: all(db, 'select * from parties'),
  unscreened: all(db, 'select * from unscreened'),
  undecoded: all(db, 'select * from undecoded_logs'),
})
const shown = (db: Db) => {
  const [of] = readCoverage(db)
  return { ranges: of?.ranges, gaps: of?.gaps }
}

describe.each(weaker)('a replay %s', (_name, less) => {
  it('lowers nothing that a stronger reading saw', () => {
    const db = freshChain()
    const undecoded = [{ contract: '0xc', topic: '0xt', logs: 3 }]
    commit(db, [screened(ref(7), [...deposit(5n), listedDeposit('0x8')], { undecoded })])
    const before = [stored(db), shown(db)]
    // What a node serves that need not prove it, or has not all of it.
    replay(db, screened(ref(7), deposit(4n, ['dust']), less))
    expect([stored(db), shown(db)]).toEqual(before)
  })

  it('adds what it finds', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), deposit(5n))])
    replay(db, screened(ref(7), [...deposit(5n), listedDeposit('0x8')], less))
    expect(stored(db).alerts).toMatchObject([{ tx_hash: '0x8' }])
  })

  it('does not answer for own addresses that only it knew', async () => {
    const db = freshChain()
    commit(db, [screened(ref(7))])
    const own = { key: evm('1'), address: '0x1', kind: 'hot', reference: '', chain: '' } as const
    await addOwnAddresses(db, [own], at)
    replay(db, screened(ref(7), [], less))
    expect(shown(db).gaps?.length).toBeGreaterThan(0)
    replay(db, screened(ref(7)))
    expect(shown(db)).toEqual({
      ranges: [{ from: 7, to: 7, level: 'full', listRevision: 0, ownRevision: 1 }],
      gaps: [],
    })
  })

  it('is told as what it is where nothing stronger was there, and gives way to what is', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), deposit(4n), less)])
    expect(shown(db).ranges).toMatchObject([{ level: less.level ?? 'full' }])
    replay(db, screened(ref(7), deposit(5n)))
    expect(stored(db).transfers).toMatchObject([{ amount: '5' }])
    expect(shown(db)).toEqual({
      ranges: [{ from: 7, to: 7, level: 'full', listRevision: 0, ownRevision: 0 }],
      gaps: [],
    })
  })
})

describe('a range of blocks read with verify: off', () => {
  it('is told, until a replay proves it', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), [], { unproved: true }), screened(ref(8))])
    expect(shown(db).ranges).toMatchObject([
      { from: 7, to: 7, unproved: true },
      { from: 8, to: 8 },
    ])
    replay(db, screened(ref(7)))
    expect(shown(db).ranges).toMatchObject([{ from: 7, to: 8 }])
    expect(shown(db).ranges?.[0]?.unproved).toBeUndefined()
  })
})
