import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { atOnce } from '../../src/in-slices.ts'
import { activateSnapshot } from '../../src/ledger/activate-snapshot.ts'
import { type Db, inTransaction, run } from '../../src/ledger/database.ts'
import { findingChanges, stillHold } from '../../src/ledger/find-changes.ts'
import { findSnapshot, type SnapshotEntry, type SnapshotRow } from '../../src/ledger/list-snapshots.ts'
import { putList } from '../../src/ledger/lists.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { addSnapshot } from '../../src/ledger/stage-snapshot.ts'
import { evm } from '../screening/builders.ts'
import { at, dump, freshLedger } from './fixtures.ts'

const dates = { listedOnIsPublished: false, history: [] }

interface Version {
  day: string
  entries: readonly SnapshotEntry[]
}

function says(key: Key, subject: string | null = null, removedOn: string | null = null): SnapshotEntry {
  return {
    key,
    address: key,
    assets: [],
    subject,
    programs: [],
    listedOn: null,
    publishedBy: null,
    removedOn,
  }
}

function keep(db: Db, { day, entries }: Version): SnapshotRow {
  const sha256 = JSON.stringify([day, entries.length, entries.slice(0, 20)])
  return inTransaction(db, () => {
    putList(db, { id: 'list', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
    const facts = { listId: 'list', sha256, format: 'csv', issuedOn: day, bytes: 1, counts: {}, at }
    return findSnapshot(db, 'list', sha256) ?? addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
  })
}

function activate(db: Db, snapshot: SnapshotRow, found?: ReturnType<typeof find>): void {
  const date = snapshot.issued_on ?? ''
  inTransaction(db, () => activateSnapshot(db, snapshot, { ...dates, date, found, at }))
}

function find(db: Db, snapshot: SnapshotRow) {
  return atOnce(findingChanges(db, snapshot, dates))
}

const version = fc.record({
  day: fc.constantFrom('2024-01-01', '2024-02-02', '2024-03-03'),
  entries: fc.uniqueArray(
    fc
      .tuple(
        fc.constantFrom('1', '2', '3', '4'),
        fc.constantFrom(null, 'A', 'B'),
        fc.constantFrom(null, '2024-02-15'),
      )
      .map(([digit, subject, removedOn]) => says(evm(digit), subject, removedOn)),
    { selector: ({ key }) => key },
  ),
})

describe('changes that are found beforehand', () => {
  it('end like those found in the transaction, also where other versions came between', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 5 }), version, (before, next) => {
        const [ahead, plain] = [openLedger(':memory:'), openLedger(':memory:')]
        const kept = [ahead, plain].map((db) => keep(db, next))
        for (const each of before) {
          const stale = find(ahead, kept[0] as SnapshotRow)
          for (const db of [ahead, plain]) activate(db, keep(db, each))
          activate(ahead, kept[0] as SnapshotRow, stale)
          activate(plain, kept[1] as SnapshotRow)
          activate(ahead, keep(ahead, each), find(ahead, keep(ahead, each)))
          activate(plain, keep(plain, each))
        }
        expect(dump(ahead)).toEqual(dump(plain))
        ahead.close()
        plain.close()
      }),
      { numRuns: 60 },
    )
  })

  it('hold for a list that becomes known meanwhile, and leave nothing behind', () => {
    const db = freshLedger()
    const snapshot = keep(db, { day: '2024-01-01', entries: [says(evm('1'))] })
    run(db, `delete from lists`)
    const found = find(db, snapshot)
    putList(db, { id: 'list', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
    expect(stillHold(db, snapshot, found)).toBe(true)
    activate(db, snapshot, found)
    expect(stillHold(db, snapshot, found)).toBe(false)
    expect(db.prepare('select count(*) from temp.list_changes').pluck().get()).toBe(0)
  })

  it('are found again where the snapshot was not whole when they were found', () => {
    const db = freshLedger()
    const snapshot = keep(db, { day: '2024-01-01', entries: [says(evm('1')), says(evm('2'))] })
    run(db, 'delete from snapshot_entries where key = ?', evm('2'))
    const found = find(db, snapshot)
    run(
      db,
      `insert into snapshot_entries select snapshot_id, ?, address, assets, subject, programs, listed_on, published_by,
         removed_on from snapshot_entries`,
      evm('2'),
    )
    activate(db, snapshot, found)
    expect(dump(db).list_entries).toHaveLength(2)
  })

  it('are all of them, where they are more than one slice', () => {
    const db = freshLedger()
    const key = (index: number): Key => `evm:${String(index).padStart(40, '0')}`
    const entries = Array.from({ length: 4_500 }, (_, index) => says(key(index)))
    const snapshot = keep(db, { day: '2024-01-01', entries })
    activate(db, snapshot, find(db, snapshot))
    const next = entries
      .filter((_, index) => index % 1_000 !== 999)
      .map((each) => ({ ...each, subject: each.key.endsWith('500') ? 'A' : null }))
    const later = keep(db, { day: '2024-02-02', entries: [...next, says(key(9_000))] })
    activate(db, later, find(db, later))
    const count = (where: string) =>
      db.prepare(`select count(*) from list_entries where ${where}`).pluck().get()
    expect([count('removed_on is null'), count(`removed_on = '2024-02-02'`), count(`subject = 'A'`)]).toEqual(
      [4_497, 4, 4],
    )
    expect(count(`first_seen = '2024-02-02'`)).toBe(1)
  })
})
