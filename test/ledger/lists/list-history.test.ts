import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db, inTransaction } from '../../../src/ledger/database.ts'
import { activateSnapshot } from '../../../src/ledger/lists/activate-snapshot.ts'
import { readEntry } from '../../../src/ledger/lists/list-entries.ts'
import type { AddressHistory } from '../../../src/ledger/lists/list-history.ts'
import { findSnapshot } from '../../../src/ledger/lists/list-snapshots.ts'
import { putList } from '../../../src/ledger/lists/lists.ts'
import { addSnapshot } from '../../../src/ledger/lists/stage-snapshot.ts'
import { evm } from '../../screening/builders.ts'
import { at, freshLedger } from '../fixtures.ts'

function known(key: Key, publishedBy: string, removedBy: string | null = null): AddressHistory {
  return { key, address: `history of ${key}`, assets: ['ETH'], listedOn: null, publishedBy, removedBy }
}

/** Activates a version of that day which holds these keys. */
function activate(db: Db, day: string, keys: readonly Key[], history: readonly AddressHistory[]): number {
  const sha256 = `${day} ${keys.join()}`
  return inTransaction(db, () => {
    putList(db, { id: 'ofac', format: 'ofac', category: 'sanctions', maxAgeSeconds: null })
    const entries = keys.map((key) => ({
      ...{ key, address: key, assets: [], subject: null, subjectIds: [], programs: [] },
      ...{ listedOn: null, publishedBy: null, removedOn: null },
    }))
    const facts = { listId: 'ofac', sha256, format: 'ofac', issuedOn: day, bytes: 1, counts: {}, at }
    const snapshot =
      findSnapshot(db, 'ofac', sha256) ?? addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
    return activateSnapshot(db, snapshot, { date: day, listedOnIsPublished: false, history, at })
  })
}

/** Each entry as `digit: from..to from..to`. */
function spans(db: Db): string[] {
  return all<{ key: Key }>(db, 'select key from list_entries order by key').map(({ key }) => {
    const intervals = readEntry(db, 'ofac', key)?.intervals ?? []
    return [`${key.at(-1)}:`, ...intervals.map(({ from, to }) => `${from}..${to ?? ''}`)].join(' ')
  })
}

describe('what is known beside a list', () => {
  const history = [
    known(evm('1'), '2022-08-08', '2025-03-21'),
    known(evm('2'), '2022-11-09'),
    known(evm('3'), '2026-01-01'),
  ]

  it('dates what stands in it, and makes known what was removed before it was issued', () => {
    const db = freshLedger()
    activate(db, '2025-11-19', [evm('2'), evm('4')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..2025-03-21', '2: 2022-11-09..', '4: 2025-11-19..'])
    expect(all(db, 'select first_seen, removed_on, address from list_entries order by key')).toEqual([
      { first_seen: '2022-08-08', removed_on: '2025-03-21', address: `history of ${evm('1')}` },
      { first_seen: '2022-11-09', removed_on: null, address: evm('2') },
      { first_seen: '2025-11-19', removed_on: null, address: evm('4') },
    ])
  })

  it('tells the day of a removal that lies between two versions', () => {
    const db = freshLedger()
    activate(db, '2024-05-29', [evm('1'), evm('4')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..', '4: 2024-05-29..'])
    activate(db, '2025-11-19', [evm('5')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..2025-03-21', '4: 2024-05-29..2025-11-19', '5: 2025-11-19..'])
  })

  it('gives way to an earlier date of the list itself', () => {
    const db = freshLedger()
    activate(db, '2021-01-01', [evm('1'), evm('2')], history)
    expect(spans(db)).toEqual(['1: 2021-01-01..', '2: 2021-01-01..'])
  })

  it('is of another time where an address stands on the list again', () => {
    const db = freshLedger()
    activate(db, '2025-11-19', [evm('1')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..2025-03-21 2025-11-19..'])
  })

  it('stays right when an older version is activated again, and a newer after it', () => {
    const db = freshLedger()
    activate(db, '2025-11-19', [evm('2')], history)
    activate(db, '2024-05-29', [evm('1'), evm('2')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..', '2: 2022-11-09..'])
    activate(db, '2025-11-19', [evm('2')], history)
    expect(spans(db)).toEqual(['1: 2022-08-08..2025-03-21', '2: 2022-11-09..'])
  })

  it('moves no revision the second time', () => {
    const db = freshLedger()
    expect(activate(db, '2025-11-19', [evm('2')], history)).toBe(1)
    expect(activate(db, '2025-11-20', [evm('2')], history)).toBe(1)
  })
})
