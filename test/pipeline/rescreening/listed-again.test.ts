import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { findAlerts } from '../../../src/ledger/alerts/alert-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { askRescreen } from '../../../src/ledger/lists/ask-rescreen.ts'
import { versionAtSql } from '../../../src/ledger/lists/entry-versions.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { decide as decideAlerts } from '../../../src/operations/decide.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { at, freshChain, freshLedger } from '../../ledger/fixtures.ts'
import { evm, own, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { rescreenAll, store } from './rescreen-fixtures.ts'

const depositFrom = (hash: string, key: Key): ScreenableTx =>
  tx({ hash, transfers: [transfer({ parties: [party(key, 'source')] })] })

/** What alerts were told of their entry, as `transaction kind data`, in order. */
const told = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', ifnull(tx_hash, 'own'), kind, data) as text
     from alert_events e join alerts a on a.id = e.alert_id
     where kind in ('entry-removed', 'listed-again', 'regraded') order by seq`,
  ).map(({ text }) => text)

const dispositions = (db: Db) =>
  Object.fromEntries(
    findAlerts(db).map(({ tx_hash, disposition, disposition_by }) => [
      tx_hash ?? 'own',
      `${disposition} ${disposition_by ?? ''}`.trim(),
    ]),
  )
const decide = (db: Db, hash: string, as: 'released' | 'blocked' | 'false-positive') => {
  const alert = findAlerts(db).find(({ tx_hash }) => (tx_hash ?? 'own') === hash)
  decideAlerts(db, { ids: [alert?.id ?? ''], decision: as }, { actor: 'ann', note: null, at })
}
const list = (db: Db, keys: readonly Key[], issuedOn: string, subject?: string) => {
  activateList(db, keys, 'ofac-sdn', issuedOn, subject)
  rescreenAll(db)
}
const party1 = '"subject":"A listed party","subject_ids":[],"programs":[]'

describe('an entry that is listed again', () => {
  it('is told to its alerts, and opens those that were released, the other decisions standing', async () => {
    const db = freshChain()
    store(db, 7, ...['0x1', '0x2', '0x3', '0x4'].map((hash) => depositFrom(hash, evm('b'))))
    store(db, 8, depositFrom('0x5', evm('d')))
    const ours = { key: own, address: 'our A', kind: 'hot' as const, reference: '', chain: 'ethereum' }
    await addOwnAddresses(db, [ours], at)
    list(db, [evm('b'), evm('d'), own], '2020-01-01')
    list(db, [evm('d')], '2025-03-21')
    decide(db, '0x1', 'released')
    decide(db, '0x2', 'blocked')
    decide(db, '0x3', 'false-positive')
    decide(db, '0x5', 'released')
    decide(db, 'own', 'released')
    list(db, [evm('b'), evm('d'), own], '2025-06-01')
    const again = `listed-again {"revision":3,"in_force_from":"2025-06-01",${party1}}`
    expect(
      told(db)
        .filter((line) => !line.includes('entry-removed'))
        .sort(),
    ).toEqual(['0x1', '0x2', '0x3', '0x4', 'own'].map((hash) => `${hash} ${again}`))
    expect(dispositions(db)).toEqual({
      ...{ '0x1': 'open', '0x2': 'blocked ann', '0x3': 'false-positive ann', '0x4': 'open' },
      ...{ '0x5': 'released ann', own: 'open' },
    })
    expect(
      findAlerts(db, { open: true })
        .map(({ tx_hash }) => tx_hash)
        .sort(),
    ).toEqual(['0x1', '0x4', null])
    expect(all(db, `select count(*) as n from alert_events where kind = 'released'`)).toEqual([{ n: 3 }])
    expect(all(db, 'select listed_again from rescreens where revision = 3')).toEqual([{ listed_again: 5 }])
  })

  it('stays released where it is released once more, until it is listed once more', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    list(db, [evm('b'), evm('d')], '2020-01-01')
    list(db, [evm('d')], '2021-01-01')
    list(db, [evm('b'), evm('d')], '2022-01-01')
    decide(db, '0x1', 'released')
    expect(dispositions(db)).toEqual({ '0x1': 'released ann' })
    list(db, [evm('d')], '2023-01-01')
    list(db, [evm('b'), evm('d')], '2024-01-01')
    expect(dispositions(db)).toEqual({ '0x1': 'open' })
  })

  it('is told to those that were raised while it was off the list, too', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '1960-01-01')
    activateList(db, [evm('d')], 'ofac-sdn', '2030-01-01')
    rescreenAll(db)
    expect(all(db, 'select tx_hash, list_revision from alerts')).toEqual([
      { tx_hash: '0x1', list_revision: 2 },
    ])
    list(db, [evm('b'), evm('d')], '2031-01-01')
    expect(told(db)).toEqual([`0x1 listed-again {"revision":3,"in_force_from":"2031-01-01",${party1}}`])
  })

  it('is told once, whatever is asked for afterwards', async () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    list(db, [evm('b'), evm('d')], '2020-01-01')
    list(db, [evm('d')], '2021-01-01')
    list(db, [evm('b'), evm('d')], '2022-01-01')
    const before = told(db)
    await askRescreen(db, null, at)
    rescreenAll(db)
    await askRescreen(db, 0, at)
    rescreenAll(db)
    list(db, [evm('b'), evm('c'), evm('d')], '2023-01-01')
    expect(told(db)).toEqual(before)
    expect(before.map((line) => line.split(' ')[1])).toEqual(['entry-removed', 'listed-again'])
  })

  it('is told to more alerts than one transaction of the database takes', () => {
    const db = freshChain()
    store(db, 7, ...Array.from({ length: 33 }, (_, index) => depositFrom(`0x${index + 1}`, evm('b'))))
    list(db, [evm('b'), evm('d')], '2020-01-01')
    list(db, [evm('d')], '2021-01-01')
    list(db, [evm('b'), evm('d')], '2022-01-01')
    const lines = told(db).filter((line) => line.includes('listed-again'))
    expect([lines.length, new Set(lines).size]).toEqual([33, 33])
  })
})

describe('an address that moves to another party', () => {
  it('is told to its alerts with the new party, and decides nothing', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    list(db, [evm('b')], '2020-01-01')
    decide(db, '0x1', 'released')
    list(db, [evm('b')], '2021-01-01', 'Another party')
    list(db, [evm('b')], '2022-01-01', 'Another party')
    store(db, 8, depositFrom('0x2', evm('b')))
    list(db, [evm('b')], '2023-01-01', 'A third party')
    expect(told(db)).toEqual([
      '0x1 regraded {"revision":2,"subject":"Another party","subject_ids":[],"programs":[]}',
      '0x1 regraded {"revision":3,"subject":"A third party","subject_ids":[],"programs":[]}',
    ])
    expect(dispositions(db)).toMatchObject({ '0x1': 'released ann' })
    expect(all(db, 'select subject from alerts')).toEqual([{ subject: 'A listed party' }])
  })

  it('while it was off the list is told once, with its return', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    list(db, [evm('b'), evm('d')], '2020-01-01')
    list(db, [evm('d')], '2021-01-01')
    list(db, [evm('b'), evm('d')], '2022-01-01', 'Another party')
    list(db, [evm('b'), evm('d')], '2023-01-01', 'Another party')
    expect(told(db).slice(1)).toEqual([
      '0x1 listed-again {"revision":3,"in_force_from":"2022-01-01","subject":"Another party","subject_ids":[],"programs":[]}',
    ])
  })
})

describe('a list that takes back a removal it gave a date', () => {
  const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
  const address = `0x${'b'.repeat(40)}`
  const load = async (db: Db, rows: string, day: string) => {
    const path = join(tempDir(), 'house.csv')
    writeFileSync(path, `address,listed_on,removed_on\n${rows}`)
    await importList(db, source, { path }, { approve: true, at: `${day}T10:00:00.000Z` })
    rescreenAll(db)
  }
  const spans = (db: Db) =>
    all<{ span: string }>(
      db,
      `select "from" || ' ' || ifnull("to", '') as span from list_intervals order by "from"`,
    ).map(({ span }) => span.trim())

  it('has no hole where that removal was', async () => {
    const db = freshLedger()
    await load(db, `${address},2024-01-01,`, '2024-01-02')
    await load(db, `${address},2024-01-01,2024-03-01`, '2024-03-02')
    expect(spans(db)).toEqual(['2024-01-01 2024-03-01'])
    await load(db, `${address},2024-01-01,`, '2024-06-01')
    expect(spans(db)).toEqual(['2024-01-01'])
  })

  it('has one where the row begins anew after that removal, or the row was gone', async () => {
    const anew = freshLedger()
    await load(anew, `${address},2024-01-01,2024-03-01`, '2024-03-02')
    await load(anew, `${address},2024-05-01,`, '2024-06-01')
    expect(spans(anew)).toEqual(['2024-01-01 2024-03-01', '2024-05-01'])
    const gone = freshLedger()
    const other = `0x${'d'.repeat(40)},2024-01-01,\n`
    await load(gone, `${other}${address},2024-01-01,`, '2024-03-02')
    await load(gone, other, '2024-04-01')
    await load(gone, `${other}${address},2024-01-01,`, '2024-06-01')
    expect(spans(gone)).toEqual(['2024-01-01 2024-04-01', '2024-01-01', '2024-06-01'])
  })
})

describe('whether an entry was in force at a revision', () => {
  it('is looked up by its key, without a scan', () => {
    const plan = all<{ detail: string }>(
      freshLedger(),
      `explain query plan ${versionAtSql}`,
      ...[evm('1'), 'house', 1],
    )
    expect(plan.map(({ detail }) => detail).filter((detail) => /SCAN/.test(detail))).toEqual([])
    expect(plan.map(({ detail }) => detail).join()).toMatch(
      /SEARCH v USING .*\((key=\? AND list=\?|list=\? AND key=\?)/,
    )
  })
})
