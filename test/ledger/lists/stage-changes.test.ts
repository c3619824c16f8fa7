import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db, inTransaction, one } from '../../../src/ledger/database.ts'
import { activateSnapshot, activateStaged } from '../../../src/ledger/lists/activate-snapshot.ts'
import { readEntry } from '../../../src/ledger/lists/list-entries.ts'
import {
  findSnapshot,
  type SnapshotEntry,
  type SnapshotRow,
} from '../../../src/ledger/lists/list-snapshots.ts'
import { matchingEntries } from '../../../src/ledger/lists/list-variants.ts'
import { putList } from '../../../src/ledger/lists/lists.ts'
import { nextRescreen } from '../../../src/ledger/lists/rescreens.ts'
import { type StagedChanges, stageChanges, stillHold } from '../../../src/ledger/lists/stage-changes.ts'
import { addSnapshot } from '../../../src/ledger/lists/stage-snapshot.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { hasLeftovers, sweepLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { randomRuns } from '../../long.ts'
import { evm } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { at, dump, freshLedger } from '../fixtures.ts'
import { openTestLedger } from '../template.ts'

interface Version {
  day: string
  entries: readonly SnapshotEntry[]
}

const noDates = { subject: null, listedOn: null, publishedBy: null, removedOn: null }

function says(key: Key, fields: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return { key, address: key, assets: [], subjectIds: [], programs: [], ...noDates, ...fields }
}

const keyOf = (index: number): Key => `evm:${String(index).padStart(40, '0')}`

function keep(db: Db, { day, entries }: Version): SnapshotRow {
  const sha256 = JSON.stringify([day, entries.length, entries.slice(0, 20)])
  return inTransaction(db, () => {
    putList(db, { id: 'list', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
    const facts = { listId: 'list', sha256, format: 'csv', issuedOn: day, bytes: 1, counts: {}, at }
    return findSnapshot(db, 'list', sha256) ?? addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
  })
}

const dating = ({ issued_on }: SnapshotRow) => ({ date: issued_on ?? '', listedOnIsPublished: false, at })

const stage = (db: Db, snapshot: SnapshotRow) => stageChanges(db, snapshot, dating(snapshot))

function count(db: Db, snapshot: SnapshotRow, staged: StagedChanges): number {
  return inTransaction(db, () => activateStaged(db, snapshot, staged, at))
}

async function inPieces(db: Db, version: Version): Promise<number> {
  const snapshot = keep(db, version)
  return count(db, snapshot, await stage(db, snapshot))
}

function atOnce(db: Db, version: Version): number {
  const snapshot = keep(db, version)
  return inTransaction(db, () => activateSnapshot(db, snapshot, dating(snapshot)))
}

/** What anybody sees of a list. */
const seen = (db: Db) => ({
  entries: all(db, 'select * from list_entries order by key'),
  intervals: all(db, 'select * from list_intervals order by key, "from"'),
  job: nextRescreen(db),
  revisions: readRevisions(db),
})

const version = fc.record({
  day: fc.constantFrom('2024-01-01', '2024-02-02', '2024-03-03'),
  entries: fc.uniqueArray(
    fc.record({
      digit: fc.constantFrom('1', '2', '3', '4'),
      subject: fc.constantFrom(null, 'A', 'B'),
      removedOn: fc.constantFrom(null, '2024-02-15'),
      publishedBy: fc.constantFrom(null, '2023-05-05'),
    }),
    { selector: ({ digit }) => digit },
  ),
})
const versionOf = ({ day, entries }: typeof version extends fc.Arbitrary<infer V> ? V : never): Version => ({
  day,
  entries: entries.map(({ digit, ...fields }) => says(evm(digit), fields)),
})

describe('changes of a list that are staged', () => {
  it('in pieces end like those made in one transaction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 5 }), async (versions) => {
        const [pieces, one] = [openTestLedger(':memory:'), openTestLedger(':memory:')]
        for (const each of versions.map(versionOf)) {
          expect(await inPieces(pieces, each)).toBe(atOnce(one, each))
        }
        expect(dump(pieces)).toEqual(dump(one))
        pieces.close()
        one.close()
      }),
      { numRuns: randomRuns(60) },
    )
  })

  it('are seen by nobody until they count, and then all at once', async () => {
    const db = freshLedger()
    const old = Array.from({ length: 1_500 }, (_, index) => says(keyOf(index)))
    await inPieces(db, { day: '2024-01-01', entries: old })
    const before = seen(db)
    const next = old.slice(500).map((each) => ({ ...each, subject: 'Another' }))
    const snapshot = keep(db, { day: '2024-02-02', entries: [...next, says(keyOf(9_000))] })
    const staged = await stage(db, snapshot)
    expect(one(db, 'select count(*) as n from list_rows')).toEqual({ n: 1_500 + 1_501 })
    expect(seen(db)).toEqual(before)
    expect(readEntry(db, 'list', keyOf(700))?.subject).toBeNull()
    expect(matchingEntries(db, keyOf(9_000))).toEqual([])

    expect(count(db, snapshot, staged)).toBe(2)
    expect(one(db, 'select count(*) as n from list_entries')).toEqual({ n: 1_501 })
    expect(one(db, 'select count(*) as n from list_entries where removed_on is null')).toEqual({ n: 1_001 })
    expect(one(db, `select count(*) as n from list_intervals where "to" = '2024-02-02'`)).toEqual({ n: 500 })
    expect(readEntry(db, 'list', keyOf(700))?.subject).toBe('Another')
    expect(matchingEntries(db, keyOf(9_000))).toMatchObject([{ entry: { firstSeen: '2024-02-02' } }])
    const noted = 'select change, count(*) as n from rescreen_entries where rescreen_id = 2 group by change'
    expect(all(db, noted)).toEqual([
      { change: 'added', n: 1 },
      { change: 'removed', n: 500 },
      { change: 'renamed', n: 1_000 },
    ])
  })

  it('need no more statements in the transaction that makes them count, however many they are', async () => {
    const path = join(tempDir(), 'ledger.db')
    freshLedger(path)
    let statements = 0
    const db: Db = new Database(path, { verbose: () => statements++ })
    onTestFinished(() => void db.close())
    const counts: number[] = []
    for (const [index, length] of [3, 3_000].entries()) {
      const day = `2024-01-0${index + 1}`
      const snapshot = keep(db, { day, entries: Array.from({ length }, (_, at) => says(keyOf(at))) })
      const staged = await stage(db, snapshot)
      statements = 0
      count(db, snapshot, staged)
      counts.push(statements)
    }
    expect(counts[1]).toBe(counts[0])
    expect(one(db, 'select count(*) as n from list_entries')).toEqual({ n: 3_000 })
  })

  it('that say nothing new of any address leave no row, and move no revision', async () => {
    const db = freshLedger()
    await inPieces(db, { day: '2024-01-01', entries: [says(evm('1'))] })
    const { entry_versions, rescreens, rescreen_items, meta } = dump(db)
    expect(await inPieces(db, { day: '2024-02-02', entries: [says(evm('1'))] })).toBe(1)
    expect(dump(db)).toMatchObject({ entry_versions, rescreens, rescreen_items, meta })
  })

  it('that only give another subject leave the alerts to be told of it', async () => {
    const db = freshLedger()
    await inPieces(db, { day: '2024-01-01', entries: [says(evm('1'))] })
    const renamed = says(evm('1'), { subject: 'A' })
    expect(await inPieces(db, { day: '2024-02-02', entries: [renamed] })).toBe(2)
    expect(all(db, 'select revision, state, entries from rescreens order by id')).toEqual([
      { revision: 1, state: 'pending', entries: 0 },
      { revision: 2, state: 'pending', entries: 0 },
    ])
    expect(all(db, 'select change from rescreen_entries where rescreen_id = 2')).toEqual([
      { change: 'renamed' },
    ])
  })

  it('hold no more where the list changed meanwhile, or they were swept', async () => {
    const db = freshLedger()
    const next = keep(db, { day: '2024-02-02', entries: [says(evm('2'))] })
    const stale = await stage(db, next)
    expect(stillHold(db, 'list', stale)).toBe(true)
    atOnce(db, { day: '2024-01-01', entries: [says(evm('1'))] })
    expect(stillHold(db, 'list', stale)).toBe(false)
    const before = seen(db)
    expect(() => count(db, next, stale)).toThrow(/does not hold/)
    expect(seen(db)).toEqual(before)

    const staged = await stage(db, next)
    await sweepLeftovers(db)
    expect(stillHold(db, 'list', staged)).toBe(false)
  })

  it('and left behind are swept, and nothing else is', async () => {
    const db = freshLedger()
    await inPieces(db, { day: '2024-01-01', entries: [says(evm('1')), says(evm('2'))] })
    const many = Array.from({ length: 1_200 }, (_, index) => says(keyOf(index)))
    const snapshot = keep(db, { day: '2024-02-02', entries: many })
    const before = dump(db)
    expect(hasLeftovers(db)).toBe(false)
    await stage(db, snapshot)
    expect(hasLeftovers(db)).toBe(true)
    await sweepLeftovers(db)
    expect(hasLeftovers(db)).toBe(false)
    expect(dump(db)).toEqual(before)
  })
})
