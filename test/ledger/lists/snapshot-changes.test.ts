import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db, inTransaction, one, run } from '../../../src/ledger/database.ts'
import { activateSnapshot } from '../../../src/ledger/lists/activate-snapshot.ts'
import {
  findSnapshot,
  type SnapshotEntry,
  type SnapshotRow,
  snapshotRowOf,
} from '../../../src/ledger/lists/list-snapshots.ts'
import { putVariants } from '../../../src/ledger/lists/list-variants.ts'
import { putList } from '../../../src/ledger/lists/lists.ts'
import {
  changedBetween,
  putSnapshotChange,
  readSnapshotEntry,
  snapshotEntrySql,
  storedEntries,
} from '../../../src/ledger/lists/snapshot-changes.ts'
import { addRejected, addSnapshot } from '../../../src/ledger/lists/stage-snapshot.ts'
import { sweepLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { randomRuns } from '../../long.ts'
import { evm } from '../../screening/builders.ts'
import { at, freshLedger } from '../fixtures.ts'
import { openTestLedger } from '../template.ts'

const says = (key: Key, fields: Partial<SnapshotEntry> = {}): SnapshotEntry => ({
  ...{ key, address: `0x${key.slice(4)}`, assets: [], subject: null, subjectIds: [], programs: [] },
  ...{ listedOn: null, publishedBy: null, removedOn: null, ...fields },
})

function keep(db: Db, sha256: string, entries: readonly SnapshotEntry[], listId = 'list'): SnapshotRow {
  return inTransaction(db, () => {
    putList(db, { id: listId, format: 'csv', category: 'own-list', maxAgeSeconds: null })
    const facts = { sha256, format: 'csv', issuedOn: null, bytes: 1, counts: {}, unparsed: [], at }
    return addSnapshot(db, { ...facts, listId, entries }, null)
  })
}

const byKey = (a: SnapshotEntry, b: SnapshotEntry) => (a.key < b.key ? -1 : 1)
const stored = (db: Db, version: SnapshotRow) => [...storedEntries(db, version)].sort(byKey)

const entry = fc
  .record({
    digit: fc.constantFrom('1', '2', '3', '4', '5'),
    address: fc.constantFrom(undefined, '0xAB', 'text'),
    subject: fc.constantFrom(null, 'A', 'B'),
    assets: fc.constantFrom([], ['ETH']),
    programs: fc.constantFrom([], ['P', 'Q']),
    listedOn: fc.constantFrom(null, '2020-01-01'),
    publishedBy: fc.constantFrom(null, '2020-01-02'),
    removedOn: fc.constantFrom(null, '2024-02-15'),
  })
  .map(({ digit, address, ...fields }) =>
    says(evm(digit), { ...fields, ...(address !== undefined && { address }) }),
  )
const version = fc.record({
  list: fc.constantFrom('list', 'other'),
  entries: fc.uniqueArray(entry, { selector: ({ key }) => key }),
  /** Whether it becomes active, or waits. */
  isActivated: fc.boolean(),
})

describe('a version that is stored as what it changes', () => {
  it('says what its file says, whatever was stored before and after it, and became active', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 6 }), (versions) => {
        const db = openTestLedger(':memory:')
        const kept = versions.map(({ list, entries, isActivated }, index) => {
          const snapshot = keep(db, `sha ${index}`, entries, list)
          const dating = { date: '2026-01-01', listedOnIsPublished: true, at }
          if (isActivated) inTransaction(db, () => activateSnapshot(db, snapshot, dating))
          return snapshot
        })
        for (const [index, { entries, list }] of versions.entries()) {
          const snapshot = kept[index] as SnapshotRow
          const sorted = [...entries].sort(byKey)
          expect(stored(db, snapshot)).toEqual(sorted)
          expect(storedEntries(db, snapshot).length).toBe(entries.length)
          expect(
            all(db, 'select * from snapshot_entries where snapshot_id = ? order by key', snapshot.id),
          ).toEqual(sorted.map((each) => ({ snapshot_id: snapshot.id, ...snapshotRowOf(each) })))
          for (const [other, { list: ofOther, entries: others }] of versions.entries()) {
            if (ofOther !== list) continue
            const changed = [...changedBetween(db, snapshot, kept[other] as SnapshotRow)]
            const told = new Map(changed.map((pair) => [(pair[0] ?? pair[1])?.key, pair]))
            for (const digit of ['1', '2', '3', '4', '5']) {
              const key = evm(digit)
              const [was, is] = [entries, others].map((each) => each.find((one) => one.key === key))
              if (told.has(key)) expect(told.get(key)).toEqual([was, is])
              else expect(was).toEqual(is)
            }
          }
        }
        db.close()
      }),
      { numRuns: randomRuns(60) },
    )
  })

  it('takes rows only for what it changes', () => {
    const db = freshLedger()
    const entries = Array.from({ length: 300 }, (_, index) => says(`evm:${String(index).padStart(40, '0')}`))
    keep(db, 'first', entries)
    const next = keep(db, 'next', [...entries.slice(1, -1), says(evm('f'))])
    const rows = () => all(db, 'select count(*) as n from snapshot_changes')
    expect(rows()).toEqual([{ n: 303 }])
    keep(db, 'the same in other bytes', stored(db, next))
    expect(rows()).toEqual([{ n: 303 }])
    const { address } = one<{ address: unknown }>(db, 'select address from snapshot_changes limit 1') ?? {}
    expect(address).toBeNull()
  })

  it('is as it was where the next one crashed half-way, also one that had been rejected before', async () => {
    const db = freshLedger()
    addRejected(db, { listId: 'list', sha256: 'third', format: 'csv', reason: 'cut', bytes: 1, at })
    const first = keep(db, 'first', [says(evm('1')), says(evm('2'))])
    const second = keep(db, 'second', [says(evm('2'), { subject: 'B' }), says(evm('3'))])
    const before = [first, second].map((each) => stored(db, each))
    // Half of a third one.
    const third = keep(db, 'third', [says(evm('4'))])
    expect(third.id).toBeGreaterThan(second.id)
    run(db, `update list_snapshots set state = 'staging', reason = 'cut' where id = ?`, third.id)
    run(db, `delete from snapshot_changes where snapshot = ? and gone = 1`, third.id)
    putVariants(db, evm('5'), null)
    putSnapshotChange(db, third, evm('5'), snapshotRowOf(says(evm('5'))))
    await sweepLeftovers(db)
    expect([first, second].map((each) => stored(db, each))).toEqual(before)
    expect(all(db, 'select snapshot from snapshot_changes where snapshot = ?', third.id)).toEqual([])
    expect(findSnapshot(db, 'list', 'third')?.state).toBe('rejected')
    expect(stored(db, keep(db, 'third', [says(evm('4'))]))).toEqual([says(evm('4'))])
  })

  it('is asked for one key by index look-ups', () => {
    const plan = all<{ detail: string }>(
      freshLedger(),
      `explain query plan ${snapshotEntrySql}`,
      evm('1'),
      1,
      'l',
    )
    for (const { detail } of plan) expect(detail).toMatch(/^SEARCH /)
  })

  it('names no key that has no number', () => {
    const db = freshLedger()
    const snapshot = keep(db, 'first', [])
    expect(() => putSnapshotChange(db, snapshot, evm('7'), null)).toThrow(/no number/)
    expect(readSnapshotEntry(db, snapshot, evm('7'))).toBeUndefined()
  })
})
