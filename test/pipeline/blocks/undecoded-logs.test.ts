import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../src/address/key.ts'
import { maxUndecodedParties } from '../../../src/chains/evm/extract/undecoded.ts'
import type { SourceBlock } from '../../../src/chains/source.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import {
  extractedMovements,
  listedMovements,
  storedMovements,
} from '../../../src/ledger/transfers/stored-movements.ts'
import { screenBlocks } from '../../../src/pipeline/blocks/screen-blocks.ts'
import { address, blockOf, chainOf, log, type TxSketch, topic, words } from '../../chains/evm/build.ts'
import { at, chain, commit, dump, ref } from '../../ledger/fixtures.ts'
import { activateList, screeningLedger } from '../fixtures.ts'
import { rescreenAll } from '../rescreening/rescreen-fixtures.ts'

const own = address(1)
const hot = address(2)
const villain = address(0xbad)
const stranger = address(0xa)
const contract = address(5)
const unknown = `0x${'7'.repeat(64)}`
const tells = log(contract, [unknown, topic(villain), topic(own)], words(3))

/** A block of these transactions, as a source gives it. */
function block(height: number, ...sketches: TxSketch[]): SourceBlock {
  const read = { ...blockOf(sketches), frames: null, unreadable: new Map() }
  return {
    ...{ ...ref(height), level: 'logs', unscreened: [], bytes: 0 },
    content: { family: 'evm', ...read, chain: chainOf([]), verify: 'off' },
  }
}

async function ledger(listed: readonly string[]) {
  const screening = screeningLedger()
  const { db, context } = screening
  const kind = { kind: 'hot', reference: 'r' } as const
  await addOwnAddresses(
    db,
    [own, hot].map((text) => ({ key: evmKey(text), address: text, chain: '', ...kind })),
    at,
  )
  if (listed.length > 0) activateList(db, listed.map(evmKey), 'house')
  const screened = (...blocks: SourceBlock[]) => {
    context.index.refresh()
    return screenBlocks(blocks, chain.id, context.index)
  }
  const replayed = (...blocks: SourceBlock[]) => {
    const step = { blocks: screened(...blocks), revisions: readRevisions(db), at }
    return commitReplay(db, chain, step, { row: undefined, terms: '' })
  }
  return { db, follow: (...blocks: SourceBlock[]) => commit(db, screened(...blocks)), screened, replayed }
}

const alerts = (db: Db) =>
  all(
    db,
    `select a.id, direction, transfer, asset, amount, role, level, tags, transfer_count
     from alerts_current a order by a.id`,
  )

describe('a log that no decoder knows, from the block to the ledger', () => {
  it('alerts where it names a listed address beside an own one', async () => {
    const { db, follow } = await ledger([villain])
    follow(block(1, { logs: [tells, tells] }))
    expect(alerts(db)).toEqual([
      {
        ...{ id: expect.stringMatching(/^[0-9a-f]{32}$/), direction: 'deposit', transfer: 'log:0' },
        ...{ asset: `unknown:${contract}`, amount: null, role: 'named', level: 'low' },
        ...{ tags: '["undecoded"]', transfer_count: 2 },
      },
    ])
  })

  it.each([
    ['who is named', villain, { logs: [tells] }, 'named low'],
    ['who signed', villain, { from: villain, logs: [log(contract, [unknown, topic(own)])] }, 'initiator low'],
    [
      'what was called',
      villain,
      { to: villain, logs: [log(contract, [unknown, topic(own)])] },
      'intermediary low',
    ],
    ['the contract that wrote it', villain, { logs: [log(villain, [unknown, topic(own)])] }, 'asset medium'],
    ['where an own address signed', villain, { from: hot, logs: [tells] }, 'named medium'],
  ])('of %s, a list of later meets with the same id as a replay', async (_, listed, sketch, expected) => {
    const early = await ledger([listed])
    early.follow(block(1, sketch))
    const [alert] = all<{ role: string; level: string }>(early.db, 'select role, level from alerts')
    expect(`${alert?.role} ${alert?.level}`).toBe(expected)

    const late = await ledger([])
    late.follow(block(1, sketch))
    expect(alerts(late.db)).toEqual([])
    activateList(late.db, [evmKey(listed)], 'house')
    rescreenAll(late.db)
    expect(alerts(late.db)).toEqual(alerts(early.db))
    expect(late.replayed(block(1, sketch))).toMatchObject({ created: 0 })
    expect(alerts(late.db)).toEqual(alerts(early.db))
  })

  it('of thousands, a list of later meets one too', async () => {
    const names = Array.from({ length: 2_000 }, (_, i) => address(1000 + i))
    const sketch = { logs: [log(contract, [unknown, topic(own)], words(...names, villain))] }
    const [early, late] = [await ledger([villain]), await ledger([])]
    early.follow(block(1, sketch))
    expect(alerts(early.db)).toHaveLength(1)
    late.follow(block(1, sketch))
    activateList(late.db, [evmKey(villain)], 'house')
    rescreenAll(late.db)
    expect(alerts(late.db)).toEqual(alerts(early.db))
    const shown = 'select distinct role from transfer_parties order by role'
    expect(all(late.db, shown)).toEqual([{ role: 'asset' }, { role: 'initiator' }, { role: 'named' }])
  })

  it('behind more than are stored is matched with the lists of its time, and with those of a replay', async () => {
    const others = Array.from({ length: maxUndecodedParties }, (_, i) => address(10_000 + i))
    const hidden = log(contract, [unknown, topic(own)], words(...others, villain, stranger))
    const { db, follow, screened, replayed } = await ledger([villain])
    follow(block(1, { logs: [hidden] }))
    const named = () =>
      all<{ text: string }>(
        db,
        `select lower(counterparty) as text from alerts where role = 'named' order by 1`,
      ).map(({ text }) => text)
    expect(named()).toEqual([villain])
    expect(all(db, `select what, tx_hash is null as "whole block" from unscreened`)).toEqual([
      { what: 'undecoded-logs', 'whole block': 0 },
    ])
    const before = all(db, 'select id from alerts')
    activateList(db, [evmKey(stranger)], 'other')
    rescreenAll(db)
    expect(all(db, 'select id from alerts')).toEqual(before)
    // What a second reading has more of by the lists alone is no other reading of the node.
    const again = screened(block(1, { logs: [hidden] }))[0]?.transactions ?? []
    const stored = new Set(storedMovements(db, chain.id, ref(1).hash))
    const added = extractedMovements(again).filter((line) => !stored.has(line))
    expect(added).toHaveLength(1)
    expect(added.every((line) => listedMovements(again).has(line))).toBe(true)
    replayed(block(1, { logs: [hidden] }))
    expect(named()).toEqual([stranger, villain])
    expect(all(db, 'select id from alerts')).toEqual(expect.arrayContaining(before))
  })

  it('is stored as it is read again', async () => {
    const { db, follow, screened } = await ledger([])
    const one = block(1, { logs: [tells, log(contract, [unknown, topic(hot), topic(stranger)])] })
    follow(one)
    const [again] = screened(one)
    expect(storedMovements(db, chain.id, 'a1')).toEqual(extractedMovements(again?.transactions ?? []))
  })
})

describe('the note of undecoded logs', () => {
  const kinds = (db: Db) => readCoverage(db)[0]?.undecoded
  const kind = { contract, topic: unknown }

  it('is counted in coverage by contract and topic, and is no gap', async () => {
    const { db, follow } = await ledger([])
    follow(block(1, { logs: [tells, tells] }), block(2, { logs: [tells, log(contract, [], words(own))] }))
    expect(kinds(db)).toEqual([
      { ...kind, logs: 3, blocks: 2, from: 1, to: 2 },
      { contract, topic: '', logs: 1, blocks: 1, from: 2, to: 2 },
    ])
    expect(readCoverage(db)[0]?.gaps).toEqual([])
  })

  it('is one row for each contract, block and topic, however many there are', async () => {
    const { db, follow } = await ledger([])
    follow(block(1, { logs: Array.from({ length: 3_000 }, () => tells) }))
    expect(all(db, 'select logs from undecoded_logs')).toEqual([{ logs: 3_000 }])
    expect(all(db, 'select count(*) as rows from transfers')).toEqual([{ rows: 1 }])
  })

  it('is the same after a replay, and follows what that reads', async () => {
    const { db, follow, replayed } = await ledger([])
    follow(block(1, { logs: [tells, tells] }))
    const before = dump(db)
    replayed(block(1, { logs: [tells, tells] }))
    expect(dump(db).undecoded_logs).toEqual(before.undecoded_logs)
    replayed(block(1, { logs: [tells] }))
    expect(kinds(db)).toMatchObject([{ logs: 1 }])
  })

  it('is forgotten where its block is reorged out', async () => {
    const { db, follow } = await ledger([])
    follow(block(1, { logs: [tells] }), block(2, { logs: [tells] }))
    rollBack(db, chain, ref(1), at)
    expect(kinds(db)).toEqual([{ ...kind, logs: 1, blocks: 1, from: 1, to: 1 }])
  })
})
