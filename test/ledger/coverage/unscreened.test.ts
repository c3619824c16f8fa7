import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countUnscreened, countUnscreenedTransactions } from '../../../src/ledger/alerts/counts.ts'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import type { ScreenedBlock } from '../../../src/ledger/blocks/commit-step.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { knownOfTransactionSql } from '../../../src/ledger/coverage/unscreened.ts'
import { all, type Db, inTransaction } from '../../../src/ledger/database.ts'
import { bumpRevision, readRevisions } from '../../../src/ledger/revisions.ts'
import { randomRuns } from '../../long.ts'
import { at, chain, commit, freshChain, ref, screened } from '../fixtures.ts'
import { openTestLedger } from '../template.ts'

const later = '2026-02-02T00:00:00.000Z'
const because = (what: string) => ({ what, reason: `no ${what}` })
const traces = because('traces')

function blocks(from: number, to: number, whats: readonly string[], fields: Partial<ScreenedBlock> = {}) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    screened(ref(from + index), [], { unscreened: whats.map(because), ...fields }),
  )
}

/** A replay by steps of two blocks. */
function replay(db: Db, readings: readonly ScreenedBlock[]): void {
  const progress = { row: undefined, terms: '' }
  for (let from = 0; from < readings.length; from += 2) {
    const step = { blocks: readings.slice(from, from + 2), revisions: readRevisions(db), at: later }
    expect(commitReplay(db, chain, step, progress)).not.toBeNull()
  }
}

interface Row {
  id: number
  from_height: number
  to_height: number
  what: string
  closed_at: string | null
  closed_by: number | null
}

const rows = (db: Db) => all<Row>(db, 'select * from unscreened order by what, from_height')
const told = (db: Db) =>
  rows(db).map(
    (row) => `${row.what} ${row.from_height}-${row.to_height} ${row.closed_at === null ? 'open' : 'closed'}`,
  )

describe('what was not screened, and is by a later reading', () => {
  it('is closed, and stays as history: when, and by which reading', () => {
    const db = freshChain()
    commit(db, blocks(5, 9, ['traces']))
    const [first] = rows(db)
    replay(db, blocks(5, 9, []))
    const [{ id }] = all<{ id: number }>(db, `select id from coverage where kind = 'replay'`) as [
      { id: number },
    ]
    expect(rows(db)).toEqual([{ ...first, closed_at: later, closed_by: id }])
    expect(readCoverage(db)).toMatchObject([
      { gaps: [], closed: [{ from: 5, to: 9, reason: 'traces: no traces', closedAt: later, closedBy: id }] },
    ])
    expect(countUnscreened(db)).toEqual([])
  })

  it('is split where a part of it was read again', () => {
    const db = freshChain()
    commit(db, blocks(5, 12, ['traces']))
    replay(db, blocks(7, 9, []))
    expect(told(db)).toEqual(['traces 5-6 open', 'traces 7-9 closed', 'traces 10-12 open'])
    expect(readCoverage(db)[0]?.gaps).toEqual([
      { from: 5, to: 6, reason: 'traces: no traces' },
      { from: 10, to: 12, reason: 'traces: no traces' },
    ])
    replay(db, blocks(10, 12, []))
    replay(db, blocks(5, 6, []))
    expect(told(db)).toEqual(['traces 5-6 closed', 'traces 7-9 closed', 'traces 10-12 closed'])
  })

  it('stays open where the new reading has it too, for whatever reason', () => {
    const db = freshChain()
    commit(db, blocks(5, 6, ['traces', 'withdrawals']))
    replay(db, blocks(5, 6, [], { unscreened: [{ ...traces, reason: 'timed out' }] }))
    expect(told(db)).toEqual(['traces 5-6 open', 'traces 5-6 open', 'withdrawals 5-6 closed'])
  })

  it('is no gap again where a still later reading sees less, but for own addresses that are new', () => {
    const db = freshChain()
    commit(db, blocks(5, 7, ['traces']))
    replay(db, blocks(5, 7, []))
    replay(db, blocks(6, 7, ['traces']))
    expect(told(db)).toEqual(['traces 5-7 closed'])
    inTransaction(db, () => bumpRevision(db, 'own'))
    replay(db, blocks(6, 7, ['traces']))
    expect(told(db)).toEqual(['traces 5-7 closed', 'traces 6-7 open'])
  })

  it('was unverified, and stays so for a reading that proves nothing', () => {
    const db = freshChain()
    commit(db, blocks(5, 6, ['unverified', 'traces']))
    replay(db, blocks(5, 6, [], { unproved: true }))
    expect(told(db)).toEqual(['traces 5-6 closed', 'unverified 5-6 open'])
    replay(db, blocks(5, 6, []))
    expect(told(db)).toEqual(['traces 5-6 closed', 'unverified 5-6 closed'])
  })

  it('is open again when the reading that closed it is taken back', () => {
    const db = freshChain()
    commit(db, blocks(5, 9, ['traces']), { finalHeight: 6 })
    replay(db, blocks(5, 9, []))
    expect(told(db)).toEqual(['traces 5-6 closed', 'traces 7-9 closed'])
    rollBack(db, chain, ref(8), at)
    expect(told(db)).toEqual(['traces 5-6 closed', 'traces 7-8 open'])
  })

  it('is open at every height as long as each reading of it that could tell had it', () => {
    const whats = ['traces', 'withdrawals', 'unverified']
    const reading = fc.record({
      from: fc.integer({ min: 1, max: 8 }),
      length: fc.integer({ min: 0, max: 7 }),
      whats: fc.subarray(whats),
      unproved: fc.boolean(),
    })
    const first = fc.array(fc.subarray(whats), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(first, fc.array(reading, { maxLength: 6 }), (followed, readings) => {
        const db = openTestLedger(':memory:')
        pinChain(db, chain, '0xgenesis', at)
        const open = new Map(followed.map((found, index) => [index + 1, new Set(found)]))
        const ever = new Map(followed.map((found, index) => [index + 1, new Set(found)]))
        commit(
          db,
          followed.flatMap((found, index) => blocks(index + 1, index + 1, found)),
        )
        for (const { from, length, whats: found, unproved } of readings) {
          const to = Math.min(8, from + length)
          replay(db, blocks(from, to, found, { unproved }))
          for (let height = from; height <= to; height++) {
            const still = new Set([...found, ...(unproved ? ['unverified'] : [])])
            open.set(height, new Set([...(open.get(height) ?? [])].filter((what) => still.has(what))))
          }
        }
        const covering = (height: number, state: 'open' | 'any') =>
          new Set(
            rows(db)
              .filter((row) => row.from_height <= height && height <= row.to_height)
              .filter((row) => state === 'any' || row.closed_at === null)
              .map(({ what }) => what),
          )
        for (let height = 1; height <= 8; height++) {
          expect(covering(height, 'open')).toEqual(open.get(height))
          expect(covering(height, 'any')).toEqual(ever.get(height))
        }
        for (const row of rows(db)) {
          expect(row.from_height).toBeLessThanOrEqual(row.to_height)
          expect(row.closed_at === null).toBe(row.closed_by === null)
        }
        db.close()
      }),
      { numRuns: randomRuns(100) },
    )
  })
})

describe('what was not understood of one transaction', () => {
  const of = (txHash: string, what = 'traces') => ({ ...because(what), txHash })
  const reading = (height: number, ...unscreened: ScreenedBlock['unscreened']) =>
    screened(ref(height), [], { unscreened })
  const hashes = (db: Db) =>
    all<{ line: string }>(
      db,
      `select concat_ws(' ', what, from_height || '-' || to_height, tx_hash, iif(closed_at is null, 'open', 'closed')) as line
       from unscreened order by from_height, what, tx_hash, id`,
    ).map(({ line }) => line)

  it('is a row of its own for each, beside the rows of blocks, and never joined', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa'), of('0xb'), traces), reading(6, of('0xc'), traces), reading(7, traces)])
    expect(hashes(db)).toEqual([
      'traces 5-7 open',
      'traces 5-5 0xa open',
      'traces 5-5 0xb open',
      'traces 6-6 0xc open',
    ])
  })

  it('is written once, however often its block is read', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa'), of('0xa'))])
    replay(db, [reading(5, of('0xa'))])
    replay(db, [reading(5, of('0xa'))])
    expect(hashes(db)).toEqual(['traces 5-5 0xa open'])
  })

  it('is closed by a reading that understands that transaction, and opens no other', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa'), of('0xb'), of('0xa', 'keys')), reading(6, of('0xa'))])
    replay(db, [reading(5, of('0xb'))])
    expect(hashes(db)).toEqual([
      'keys 5-5 0xa closed',
      'traces 5-5 0xa closed',
      'traces 5-5 0xb open',
      'traces 6-6 0xa open',
    ])
  })

  it('is not closed by a reading that lacks the same of the whole block', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa'))])
    replay(db, [reading(5, traces)])
    expect(hashes(db)).toEqual(['traces 5-5 open', 'traces 5-5 0xa open'])
    replay(db, [reading(5)])
    expect(hashes(db)).toEqual(['traces 5-5 closed', 'traces 5-5 0xa closed'])
  })

  it('closes the gap of its block, which is read but for it', () => {
    const db = freshChain()
    commit(db, [reading(5, traces)])
    replay(db, [reading(5, of('0xa'))])
    expect(hashes(db)).toEqual(['traces 5-5 closed', 'traces 5-5 0xa open'])
  })

  it('stays open for a reading that proves nothing, where it was unverified', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa', 'unverified'), of('0xa'))])
    replay(db, [{ ...reading(5), unproved: true }])
    expect(hashes(db)).toEqual(['traces 5-5 0xa closed', 'unverified 5-5 0xa open'])
  })

  it('is forgotten with its block, and open again where what closed it is taken back', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa')), reading(6, of('0xb')), reading(7)])
    replay(db, [reading(5), reading(6), reading(7)])
    rollBack(db, chain, ref(5), at)
    expect(hashes(db)).toEqual(['traces 5-5 0xa open'])
  })

  it('is told as a count, and found by its hash without a scan', () => {
    const db = freshChain()
    commit(db, [reading(5, of('0xa'), of('0xb')), reading(6, of('0xa'), of('0xc', 'keys')), reading(7)])
    replay(db, [reading(7)])
    expect(readCoverage(db)[0]?.gaps).toEqual([
      { from: 5, to: 6, reason: 'traces: no traces', transactions: 2 },
      { from: 6, to: 6, reason: 'keys: no keys', transactions: 1 },
    ])
    expect(countUnscreened(db)).toEqual([])
    expect(countUnscreenedTransactions(db)).toEqual([
      { chain: 'ethereum', what: 'keys', transactions: 1 },
      { chain: 'ethereum', what: 'traces', transactions: 2 },
    ])
    replay(db, [reading(5), reading(6)])
    expect(readCoverage(db)).toMatchObject([
      { gaps: [], closed: [{ from: 5, to: 6, transactions: 2 }, { transactions: 1 }] },
    ])
    const plan = all<{ detail: string }>(
      db,
      `explain query plan ${knownOfTransactionSql}`,
      ...['0xa', 'ethereum', 5, 'traces', 'no traces'],
    )
    expect(plan.map(({ detail }) => detail).join()).toContain('INDEX unscreened_by_tx (tx_hash=?)')
  })
})

describe('a chain of the config', () => {
  it('that was never followed is told as one of which nothing is screened', () => {
    const db = freshChain()
    expect(readCoverage(db)).toMatchObject([
      { chain: 'ethereum', gaps: [{ from: null, to: null, reason: 'nothing screened yet' }] },
    ])
    commit(db, blocks(5, 6, []))
    const configured = [{ id: 'bitcoin' }, { id: 'ethereum' }]
    const report = readCoverage(db, undefined, configured)
    expect(report).toMatchObject([
      { chain: 'bitcoin', caip2: null, gaps: [{ from: null, to: null, reason: 'nothing screened yet' }] },
      { chain: 'ethereum', gaps: [] },
    ])
    expect(readCoverage(db, 'bitcoin', configured)).toEqual(report.slice(0, 1))
    expect(readCoverage(db, 'ethereum', configured)).toEqual(report.slice(1))
  })
})
