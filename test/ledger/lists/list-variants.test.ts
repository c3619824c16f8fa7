import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { matchedKeysSql, matchingEntries, variantsSince } from '../../../src/ledger/lists/list-variants.ts'
import { migrations } from '../../../src/ledger/migrate.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { evm, p2pkh, p2wpkh } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { freshLedger } from '../fixtures.ts'

const source = new URL('../../../src/', import.meta.url)

describe('asking the ledger what a key meets', () => {
  it('is index look-ups, and no scan', () => {
    const plan = all<{ detail: string }>(freshLedger(), `explain query plan ${matchedKeysSql}`, '[]')
    const steps = plan.map(({ detail }) => detail).filter((detail) => /^S(CAN|EARCH)/.test(detail))
    expect(steps).toEqual([
      'SCAN asked VIRTUAL TABLE INDEX 1:',
      'SEARCH k USING INDEX list_keys_listed (key=?)',
      'SCAN asked VIRTUAL TABLE INDEX 1:',
      'SEARCH v USING COVERING INDEX list_keys_variants (key=? AND variant_of>?)',
      'SCAN matched',
      'SEARCH e USING COVERING INDEX entry_versions_by_key (key=?)',
      'SEARCH n USING INTEGER PRIMARY KEY (rowid=?)',
      'SEARCH k USING INTEGER PRIMARY KEY (rowid=?)',
    ])
  })

  it('finds what only the listed address tells: the P2SH of its public key', () => {
    const db = freshLedger()
    activateList(db, [p2pkh('1')])
    // OP_HASH160 <RIPEMD-160(SHA-256(0014 11…))> OP_EQUAL, computed with Python's hashlib.
    const nested = '27effe58f43f92c8597b7c4886f7ccafb11b023e'
    for (const key of [`bitcoin:a914${nested}87`, `litecoin:a914${nested}87`] as const) {
      expect(matchingEntries(db, key)).toMatchObject([{ basis: 'same-key', entry: { key: p2pkh('1') } }])
    }
  })
})

describe('the variants of listed keys', () => {
  it('do not grow with versions that name the same keys', () => {
    const db = freshLedger()
    activateList(db, [evm('1')])
    const before = [...variantsSince(db, 0)]
    expect(before).toEqual([{ id: 1, variant: evm('1') }])
    activateList(db, [evm('1')], 'house', '2024-01-01')
    activateList(db, [evm('1'), evm('2')], 'house', '2024-02-01')
    expect([...variantsSince(db, 1)]).toEqual([{ id: 2, variant: evm('2') }])
  })

  it('of a ledger of before they were written down are derived when it is opened', () => {
    const path = join(tempDir(), 'ledger.db')
    const old = new Database(path)
    for (const { version, sql } of migrations()) if (version < 4) old.exec(sql())
    old.pragma('application_id = 1667789667')
    old.pragma('user_version = 3')
    const address = `'list', 'csv', 'sanctions'`
    old.exec(`insert into lists (id, format, category) values (${address});
      insert into list_entries values ('list', '${p2wpkh('1')}', 'bitcoin', 'b', '[]', null, '[]', null, '2020-01-01', null);
      insert into list_intervals values ('list', '${p2wpkh('1')}', '2020-01-01', null);
      insert into list_snapshots (id, list_id, sha256, format, state, bytes, counts, imported_at)
        values (1, 'list', 'x', 'csv', 'held', 1, '{}', '');
      insert into snapshot_entries values (1, '${evm('2')}', '0x', '[]', null, '[]', null, null, null)`)
    old.close()
    const db = freshLedger(path)
    expect(matchingEntries(db, p2pkh('1'))).toMatchObject([{ basis: 'same-key' }])
    expect([...variantsSince(db, 0)].map(({ variant }) => variant)).toContain(evm('2'))
  })

  it('are written by whoever writes entries: those are two, and a third has to call putVariants', () => {
    const sources = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ file, text: readFileSync(new URL(file, source), 'utf8') }))
    const filesWith = (pattern: RegExp) =>
      sources
        .filter(({ text }) => pattern.test(text))
        .map(({ file }) => file)
        .sort()
    expect(filesWith(/insert( or \w+)? into entry_versions/)).toEqual(['ledger/lists/entry-versions.ts'])
    const writers = ['ledger/freezes/freeze-entries.ts', 'ledger/lists/stage-changes.ts']
    expect(filesWith(/(?<!function )putVersion\(/)).toEqual(writers)
    expect(filesWith(/(?<!function )putVariants\(/)).toEqual([...writers, 'ledger/lists/stage-snapshot.ts'])
  })
})
