import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equivalents } from '../../../src/address/equivalents.ts'
import type { Key } from '../../../src/address/key.ts'
import { inTransaction } from '../../../src/ledger/database.ts'
import { activateSnapshot } from '../../../src/ledger/lists/activate-snapshot.ts'
import { findSnapshot } from '../../../src/ledger/lists/list-snapshots.ts'
import { putList } from '../../../src/ledger/lists/lists.ts'
import { addSnapshot, stageSnapshot } from '../../../src/ledger/lists/stage-snapshot.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { matchParty, Watchlist } from '../../../src/screening/watchlist.ts'
import { at, readEntries } from '../../ledger/fixtures.ts'
import { openTestLedger } from '../../ledger/template.ts'
import { randomRuns } from '../../long.ts'
import { evm, p2pkh, p2wpkh } from '../../screening/builders.ts'
import { activateList, screeningLedger } from '../fixtures.ts'

const listable: Key[] = [
  evm('1'),
  evm('2'),
  `tron:${'1'.repeat(40)}`,
  p2pkh('3'),
  p2wpkh('3'),
  `litecoin:76a914${'3'.repeat(40)}88ac`,
  `bitcoin:0020${'4'.repeat(64)}`,
  `bitcoin:21${'02'.padEnd(66, '5')}ac`,
  `bitcoin:a914${'6'.repeat(40)}87`,
  `monero:${'7'.repeat(130)}`,
]
const askable = [
  ...new Set(listable.flatMap((key) => [key, ...equivalents(key).map((variant) => variant.key)])),
]
const parties = [
  ...askable.map((key) => ({ key })),
  {
    key: listable[7] as Key,
    variants: askable.slice(0, 20).map((key) => ({ key, basis: 'same-key' as const })),
  },
]

const version = fc.record({
  list: fc.constantFrom('one', 'two', 'three'),
  keys: fc.subarray(listable),
  subject: fc.constantFrom('A', 'B'),
  day: fc.integer({ min: 1, max: 28 }),
  published: fc.constantFrom(null, '2020-05-05'),
  category: fc.constantFrom('sanctions' as const, 'own-list' as const),
  refreshed: fc.boolean(),
})

describe('a watchlist that stays in the ledger', () => {
  it('answers after any history of lists what one of all entries, built anew, answers', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 8 }), (versions) => {
        const db = openTestLedger(':memory:')
        const index = new ScreeningIndex(db)
        for (const { list, keys, subject, day, published, category, refreshed } of versions) {
          const issuedOn = `2024-01-${String(day).padStart(2, '0')}`
          const sha256 = JSON.stringify([list, keys, subject, day, published])
          inTransaction(db, () => {
            putList(db, { id: list, format: 'csv', category, maxAgeSeconds: null })
            const entries = keys.map((key) => ({
              ...{ key, address: key, assets: [], subject, subjectIds: [], programs: [subject] },
              ...{ listedOn: null, publishedBy: published, removedOn: null },
            }))
            const facts = { listId: list, sha256, format: 'csv', issuedOn, bytes: 1, counts: {}, at }
            const snapshot =
              findSnapshot(db, list, sha256) ?? addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
            activateSnapshot(db, snapshot, { date: issuedOn, listedOnIsPublished: false, at })
          })
          if (refreshed) index.refresh()
        }
        index.refresh()
        expect(index.revisions).toEqual(readRevisions(db))
        const anew = new Watchlist(0, readEntries(db))
        for (const party of parties) {
          expect(matchParty(index.watchlist, party)).toEqual(matchParty(anew, party))
        }
        const later = new ScreeningIndex(db)
        for (const key of askable) expect(later.watchlist.lookup(key)).toEqual(anew.lookup(key))
        db.close()
      }),
      { numRuns: randomRuns(60) },
    )
  })

  it('has the keys of a large list before the list is active, some at a time, and meets nobody by them', async () => {
    const { db, context } = screeningLedger()
    const { index } = context
    const entries = Array.from({ length: 50 }, (_, index) => {
      const key: Key = `evm:${String(index).padStart(40, '0')}`
      const says = { key, address: key, assets: [], subject: null, subjectIds: [], programs: [] }
      return { ...says, listedOn: null, publishedBy: null, removedOn: null }
    })
    const keys = entries.map(({ key }) => key)
    putList(db, { id: 'house', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
    const facts = { listId: 'house', format: 'csv', issuedOn: null, bytes: 1, counts: {}, at, unparsed: [] }
    await stageSnapshot(db, { ...facts, sha256: 'x', entries })
    const before = index.revisions
    // All there is to read when the list counts is read by now.
    expect([1, 2, 3].map(() => index.readAhead(20))).toEqual([true, true, false])
    expect([index.revisions, index.readAhead(1)]).toEqual([before, false])
    expect(keys.flatMap((key) => index.watchlist.lookup(key))).toEqual([])
    activateList(db, keys, 'house')
    expect(index.readAhead(1)).toBe(false)
    for (const key of keys)
      expect(index.watchlist.lookup(key)).toMatchObject([{ entry: { listId: 'house' } }])
  })
})
