import { describe, expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { all, type Db, inTransaction } from '../../src/ledger/database.ts'
import { activateSnapshot } from '../../src/ledger/lists/activate-snapshot.ts'
import { readEntry } from '../../src/ledger/lists/list-entries.ts'
import { putList } from '../../src/ledger/lists/lists.ts'
import { addSnapshot } from '../../src/ledger/lists/stage-snapshot.ts'
import { activationOf } from '../../src/lists/activation.ts'
import { importList } from '../../src/lists/import-list.ts'
import { historyOf } from '../../src/lists/ofac-history.ts'
import { reportDiff } from '../../src/lists/report.ts'
import { commit, freshChain, freshLedger, ref, screened } from '../ledger/fixtures.ts'
import { openTestLedger } from '../ledger/template.ts'
import { rescreenAll } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { noon, party, transfer, tx, watchlist } from '../screening/builders.ts'
import { hasShared, sharedPath } from '../shared.ts'

const history = historyOf('ofac-sdn-advanced')
const at = '2026-01-01T00:00:00.000Z'

/** The keys on the list at the end of a day. */
function listOn(day: string): Set<Key> {
  const keys = history.filter(
    (each) => each.publishedBy <= day && (each.removedBy === null || each.removedBy > day),
  )
  return new Set(keys.map(({ key }) => key))
}

function activateDay(db: Db, day: string, keys: ReadonlySet<Key>): void {
  inTransaction(db, () => {
    const entries = history
      .filter(({ key }) => keys.has(key))
      .map(({ key, address, assets, listedOn }) => ({
        ...{
          key,
          address,
          assets,
          listedOn,
          subject: null,
          subjectIds: [],
          programs: [],
          publishedBy: null,
          removedOn: null,
        },
      }))
    const facts = {
      listId: 'ofac',
      sha256: day,
      format: 'ofac-sdn-advanced',
      issuedOn: day,
      bytes: 1,
      counts: {},
      at,
    }
    const snapshot = addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
    activateSnapshot(db, snapshot, activationOf(db, snapshot, at))
  })
}

/** What the last activation wrote down to be matched with stored history. */
function changes(db: Db, change: string): string[] {
  return all<{ key: string }>(
    db,
    `select key from rescreen_entries where change = ? and rescreen_id = (select max(id) from rescreens) order by key`,
    change,
  ).map(({ key }) => key)
}

const without = (a: Iterable<Key>, b: ReadonlySet<Key>) => [...a].filter((key) => !b.has(key)).sort()

describe('all versions of OFAC’s list in order', () => {
  const days = [
    ...new Set(history.flatMap(({ publishedBy, removedBy }) => [publishedBy, removedBy ?? publishedBy])),
  ].sort()

  it('give the true additions and removals at each step, and the true history at the end', () => {
    const db = openTestLedger(':memory:')
    inTransaction(db, () =>
      putList(db, { id: 'ofac', format: 'ofac-sdn-advanced', category: 'sanctions', maxAgeSeconds: null }),
    )
    let before: ReadonlySet<Key> = new Set()
    let removals = 0
    for (const day of days) {
      const now = listOn(day)
      activateDay(db, day, now)
      expect(changes(db, 'added'), day).toEqual(without(now, before))
      expect(changes(db, 'removed'), day).toEqual(without(before, now))
      removals += without(before, now).length
      rescreenAll(db, 1_000)
      before = now
    }
    expect(days.length).toBeGreaterThan(35)
    expect([before.size, removals]).toEqual([744, 92])
    for (const { key, publishedBy, removedBy } of history) {
      expect(readEntry(db, 'ofac', key)?.intervals, key).toEqual([{ from: publishedBy, to: removedBy }])
    }
    db.close()
  })

  it('leave the same history as the last one alone', () => {
    const db = openTestLedger(':memory:')
    inTransaction(db, () =>
      putList(db, { id: 'ofac', format: 'ofac-sdn-advanced', category: 'sanctions', maxAgeSeconds: null }),
    )
    activateDay(db, '2025-11-19', listOn('2025-11-19'))
    for (const { key, publishedBy, removedBy } of history) {
      expect(readEntry(db, 'ofac', key)?.intervals, key).toEqual([{ from: publishedBy, to: removedBy }])
    }
    expect(changes(db, 'added')).toHaveLength(836)
    db.close()
  })
})

describe('a stored transfer with an address that OFAC removed in 2025', () => {
  it('is judged by the list of its day', () => {
    const db = freshChain()
    const removed = 'evm:07687e702b410fa43f4cb4af7fa097918ffd2730'
    const days = ['2022-08-07', '2022-08-08', '2022-10-01', '2025-03-20', '2025-03-21', '2025-06-01']
    for (const [index, day] of days.entries()) {
      const block = { ...ref(7 + index), time: noon(day) }
      const deposit = tx({ hash: day, transfers: [transfer({ parties: [party(removed, 'source')] })] })
      commit(db, [screened(block, [deposit], {}, watchlist())])
    }
    inTransaction(db, () =>
      putList(db, { id: 'ofac', format: 'ofac-sdn-advanced', category: 'sanctions', maxAgeSeconds: null }),
    )
    activateDay(db, '2025-11-19', listOn('2025-11-19'))
    rescreenAll(db, 1_000)
    expect(
      all(db, 'select tx_hash, listed_at_transfer, entry_in_force from alerts_current order by tx_hash'),
    ).toEqual([
      { tx_hash: '2022-08-08', listed_at_transfer: 'same-day', entry_in_force: 0 },
      { tx_hash: '2022-10-01', listed_at_transfer: 'yes', entry_in_force: 0 },
      { tx_hash: '2025-03-20', listed_at_transfer: 'yes', entry_in_force: 0 },
    ])
  })
})

describe.skipIf(!hasShared)(
  'OFAC’s complete files of 2024-05-29 and 2025-11-19 (needs the reference data)',
  () => {
    it('differ by asset as the history says', async () => {
      const db = freshLedger()
      const source = { id: 'ofac', format: 'ofac-sdn-advanced', maxAgeSeconds: null, maxRemoved: 1 }
      for (const name of ['2024-05-29T1352', '2025-11-19T1644']) {
        const path = sharedPath(`data/ofac/sdn_advanced_${name}.zip`)
        await importList(db, source, { path }, { approve: false, at })
      }
      const [old, young] = [listOn('2024-05-29'), listOn('2025-11-19')]
      expect(changes(db, 'added')).toEqual(without(young, old))
      expect(changes(db, 'removed')).toEqual(without(old, young))
      const { added, removed, byAsset } = reportDiff(db, 'ofac')
      expect([added.length, removed.length]).toEqual([without(young, old).length, without(old, young).length])
      const truth = (keys: readonly Key[], asset: string) =>
        history.filter((each) => keys.includes(each.key) && each.assets.includes(asset)).length
      expect(byAsset).toEqual(
        byAsset.map(({ asset }) => ({
          asset,
          added: truth(without(young, old), asset),
          removed: truth(without(old, young), asset),
        })),
      )
      expect(byAsset.map(({ asset, added, removed }) => `${asset} +${added} -${removed}`)).toEqual([
        ...['BNB +1 -0', 'ETH +16 -90', 'LTC +1 -0', 'SOL +1 -0', 'TRX +24 -0', 'USDT +68 -0'],
        ...['XBT +83 -0', 'XMR +5 -0'],
      ])
      for (const { key, removedBy } of history.filter((each) => each.removedBy !== null)) {
        expect(readEntry(db, 'ofac', key)?.intervals.at(-1)?.to, key).toBe(removedBy)
      }
    })
  },
)
