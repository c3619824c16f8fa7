import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { screen } from '../../../src/operations/screen.ts'
import { at, freshChain } from '../../ledger/fixtures.ts'
import { ofacXml, ronin } from '../../lists/formats/ofac-xml.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'
import { rescreenAll, store } from './rescreen-fixtures.ts'

const depositFrom = (hash: string, key: Key) =>
  tx({ hash, transfers: [transfer({ parties: [party(key, 'source')] })] })

const ids = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', ifnull(tx_hash, status), subject, subject_ids) as text from alerts order by 1`,
  ).map(({ text }) => text)

const regraded = (db: Db) =>
  all<{ ids: string }>(db, `select data ->> '$.subject_ids' as ids from alert_events where kind = 'regraded'`)

const list = (db: Db, subject: string, subjectIds: readonly string[], issuedOn: string) => {
  activateList(db, [evm('b')], 'ofac-sdn', issuedOn, subject, subjectIds)
  rescreenAll(db)
}

/** As an earlier version left it: without ids. */
function withoutIds(db: Db): void {
  db.exec(`update alerts set subject_ids = '[]';
    update entry_versions set subject_ids = null;
    update snapshot_changes set subject_ids = null;`)
}

describe('the ids of a listed party', () => {
  it("come from the publisher's file into entries, alerts and screenings", async () => {
    const db = freshChain()
    const path = join(tempDir(), 'sdn.xml')
    writeFileSync(path, ofacXml())
    const key = `evm:${ronin.slice(2).toLowerCase()}` as Key
    store(db, 7, depositFrom('0x1', key))
    const source = { id: 'l', format: 'ofac-sdn-advanced', maxAgeSeconds: null, maxRemoved: 1 }
    await importList(db, source, { path }, { approve: true, at })
    rescreenAll(db)
    const where = 'where key = ? and subject_ids is not null'
    for (const table of ['list_entries', 'list_rows', 'snapshot_entries'])
      expect(all(db, `select subject_ids from ${table} ${where}`, key)).toEqual([{ subject_ids: '["100"]' }])
    const terms = { asset: null, chain: null, lists: null }
    const act = { actor: 'ann', note: null, at, via: 'cli' as const }
    const answer = screen(db, [{ address: ronin, reference: 'w-1' }], terms, act)
    expect(answer.results[0]?.matches[0]?.subjectIds).toEqual(['100'])
    expect(all(db, `select matches ->> '$[0].subjectIds' as ids from screenings`)).toEqual([
      { ids: '["100"]' },
    ])
    expect(ids(db)).toEqual(['0x1 Lázár Group & Sons ["100"]', 'attempted Lázár Group & Sons ["100"]'])
  })

  it('are filled in where a list is parsed again, in alerts that name the same party', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    store(db, 8, depositFrom('0x2', evm('d')))
    list(db, 'A', ['1'], '2020-01-01')
    activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '2021-01-01', 'B', ['2'])
    rescreenAll(db)
    withoutIds(db)
    expect(ids(db)).toEqual(['0x1 A []', '0x2 B []'])
    const before = all(db, 'select id from alerts')
    activateList(db, [evm('b'), evm('d')], 'ofac-sdn', '2021-01-02', 'B', ['2'])
    rescreenAll(db)
    expect(ids(db)).toEqual(['0x1 A []', '0x2 B ["2"]'])
    expect(all(db, 'select id from alerts')).toEqual(before)
    // Of the change from A to B alone: what had no ids is not called another party's.
    expect(regraded(db)).toEqual([{ ids: '["2"]' }])
  })

  it('tell one party from another of the same name', () => {
    const db = freshChain()
    store(db, 7, depositFrom('0x1', evm('b')))
    list(db, 'A', ['1'], '2020-01-01')
    list(db, 'A', ['2'], '2021-01-01')
    expect(regraded(db)).toEqual([{ ids: '["2"]' }])
    list(db, 'A', ['2'], '2022-01-01')
    expect(regraded(db)).toHaveLength(1)
    expect(ids(db)).toEqual(['0x1 A ["1"]'])
  })
})
