import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { indexVariants } from '../../src/address/equivalents.ts'
import { type Key, keyFamily, keyHex } from '../../src/address/key.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { wasInForce } from '../../src/ledger/lists/entry-versions.ts'
import { matchingEntries } from '../../src/ledger/lists/list-variants.ts'
import { nextRescreen, rescreenItems } from '../../src/ledger/lists/rescreens.ts'
import { migrations } from '../../src/ledger/migrate.ts'
import { sweepLeftovers } from '../../src/ledger/sweep-leftovers.ts'
import { evm } from '../screening/builders.ts'
import { tempDir } from '../temp.ts'
import { freshLedger } from './fixtures.ts'
import { databaseOf } from './old-database.ts'

const p2pkh: Key = `bitcoin:76a914${'1'.repeat(40)}88ac`
const keys: Key[] = [p2pkh, ...['1', '2', '3', '4', 'a'].map((digit) => evm(digit))]
const checksummed = '0xAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAa'
const addressOf = (key: Key) => (key === evm('a') ? checksummed : key === p2pkh ? '12Ab' : `0x${keyHex(key)}`)

const text = (value: string | null) => (value === null ? 'null' : `'${value}'`)
const insert = (table: string, ...values: (string | number | null)[]) =>
  `insert into ${table} values (${values.map((each) => (typeof each === 'number' ? each : text(each))).join(', ')});`

const entry = (snapshot: number, key: Key, subject: string | null, removedOn: string | null = null) =>
  insert(
    'snapshot_entries',
    snapshot,
    key,
    addressOf(key),
    '["ETH"]',
    subject,
    '[]',
    null,
    '2020-02-02',
    removedOn,
  )

const row = (list: string, key: Key, load: number, removedOn: string | null, intervals: object[]) =>
  insert(
    'list_rows',
    ...[list, key, load, keyFamily(key), addressOf(key), '[]', `party ${load}`, '["P"]', null, '2020-01-01'],
    ...[removedOn, JSON.stringify(intervals)],
  )

const snapshot = (id: number, list: string, state: string) =>
  insert(
    'list_snapshots',
    id,
    list,
    `sha${id}`,
    'csv',
    null,
    state,
    null,
    1,
    '{}',
    '2026-01-01',
    null,
    null,
    1,
  )

const job = (id: number, state: string, position: string | null) =>
  `insert into rescreens (id, kind, list_id, revision, whole, parties_to, state, position, entries, added_at)
   values (${id}, 'list', 'b', ${id}, 0, 0, '${state}', ${text(position)}, 1, '2026-01-01');`

const open = [{ from: '2020-01-01', to: null }]
const position = JSON.stringify({ listId: 'b', key: evm('2'), cursor: null })
const [one, two, three, four, ten] = [evm('1'), evm('2'), evm('3'), evm('4'), evm('a')]

/** Two lists, of versions that were superseded, are active, wait, were rejected, and were being written. */
const content = [
  ...['b', 'a'].map((id) => `insert into lists (id, format, category) values ('${id}', 'csv', 'own-list');`),
  ...keys.flatMap((key) =>
    indexVariants(key).map(
      (form) =>
        `insert into list_forms (form, key) values ('${form}', ${form === key ? 'null' : text(key)});`,
    ),
  ),
  ...[snapshot(1, 'b', 'superseded'), snapshot(2, 'a', 'active'), snapshot(3, 'b', 'rejected')],
  ...[snapshot(4, 'b', 'active'), snapshot(5, 'b', 'held'), snapshot(6, 'b', 'staging')],
  ...[entry(1, one, 'A'), entry(1, two, 'A'), entry(1, p2pkh, null), entry(1, ten, 'T')],
  ...[entry(2, one, 'other'), entry(2, three, null)],
  ...[entry(4, one, 'A'), entry(4, two, 'B'), entry(4, three, 'new'), entry(4, ten, 'T', '2025-01-01')],
  ...[entry(5, p2pkh, 'back'), entry(5, two, 'B')],
  ...[entry(6, four, 'half')],
  ...[job(1, 'done', null), job(2, 'pending', position), job(3, 'staging', null)],
  ...[row('b', one, 0, null, open), row('b', two, 1, null, open), row('b', two, 2, null, open)],
  row('b', ten, 1, '2021-01-01', [{ from: '2020-01-01', to: '2021-01-01' }]),
  row('b', p2pkh, 1, null, [
    { from: '2020-01-01', to: '2021-01-01' },
    { from: '2022-01-01', to: null },
  ]),
  ...[row('b', four, 3, null, open), row('a', one, 1, null, [{ from: '2020-01-01T10:00:00Z', to: null }])],
  ...[three, two, one, ten].map((key) => insert('rescreen_entries', 2, 'b', key, 'added')),
  ...[one, two].map((key) => insert('rescreen_entries', 1, 'b', key, key === one ? 'removed' : 'renamed')),
  `insert into chains (id, caip2, genesis_hash, updated_at) values ('eth', 'eip155:1', '0x', '2026-01-01');`,
  ...[ten, one, four].map((key, index) =>
    [
      `insert into alerts (id, chain, status, level, tags, own_address, counterparty, role, match, list_id, category,
         entry_address, programs, list_revision, created_at) values
         ('alert${index}', 'eth', 'final', 'high', '[]', 'own', 'c', 'source', 'exact', 'b', 'own-list', 'x', '[]', 1, '2026-01-01');`,
      insert('alert_keys', `alert${index}`, key, key, evm('0'), 1),
    ].join('\n'),
  ),
].join('\n')

/** What other systems read. */
const seen = (db: Db) =>
  Object.fromEntries(
    [
      'list_entries order by list_id, key',
      'list_intervals order by list_id, key, "from"',
      'list_rows order by list_id, key, load',
      'snapshot_entries where snapshot_id < 6 order by snapshot_id, key',
      'rescreen_entries order by rescreen_id, list_id, key',
      'alerts_current order by id',
      'list_snapshots order by id',
      'rescreens order by id',
    ].map((what) => [what, all<object>(db, `select * from ${what}`).map(withoutPosition)]),
  )
/** How far a job has come is columns of their own since. */
const withoutPosition = (row: object) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('position')))
const forms = (db: Db) => all(db, 'select form, key from list_forms order by form, key')

describe('a database of the schema version 23, as to versions of lists', () => {
  it('reads as before in every table and view that other systems read', () => {
    const path = databaseOf(23, content)
    const old = new Database(path)
    const [before, formsBefore] = [seen(old), forms(old)]
    old.close()
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true)
    const db = freshLedger(path)
    // Later versions add columns.
    expect(seen(db)).toMatchObject(before)
    expect(forms(db)).toEqual(formsBefore)
    expect(db.pragma('foreign_key_check')).toEqual([])
    expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(matchingEntries(db, one).map(({ entry: { listId } }) => listId)).toEqual(['a', 'b'])
    expect(wasInForce(db, 'b', ten, 1)).toBe(false)
    expect(wasInForce(db, 'b', four, 9)).toBeUndefined()
  })

  it('reads one alert by look-ups, however long the lists are', () => {
    const db = freshLedger(databaseOf(23, content))
    const plan = all<{ detail: string }>(
      db,
      `explain query plan select * from alerts_current where id = 'alert0'`,
    )
    expect(
      plan.map(({ detail }) => detail).filter((detail) => /^(SCAN|MATERIALIZE|CO-ROUTINE)/.test(detail)),
    ).toEqual([])
    expect(plan.map(({ detail }) => detail).join()).toContain('list_keys_listed (key=?)')
  })

  it('goes on with a job where it stood, after the entries that are done', () => {
    const db = freshLedger(databaseOf(23, content))
    const pending = nextRescreen(db)
    if (pending === undefined) throw new Error('the job is gone')
    expect(pending.position).toEqual({ listId: 'b', key: two, entry: null })
    expect(rescreenItems(db, pending, 9).map(({ key }) => key)).toEqual([three, ten])
    expect(rescreenItems(db, { ...pending, position: null }, 9).map(({ key }) => key)).toEqual([
      one,
      two,
      three,
      ten,
    ])
  })

  it('loses nothing but itself of what was being written', async () => {
    const db = freshLedger(databaseOf(23, content))
    const before = seen(db)
    await sweepLeftovers(db)
    const after = seen(db)
    expect(all(db, 'select id from list_snapshots order by id')).toHaveLength(5)
    for (const what of Object.keys(before).filter((name) => /^(list_e|list_i|snapshot_e|alerts)/.test(name)))
      expect(after[what]).toEqual(before[what])
  })

  it('is as it was where the upgrade is cut off', () => {
    const path = databaseOf(23, content)
    const copy = join(tempDir(), 'ledger.db')
    const db = new Database(path)
    db.exec(`vacuum into '${copy}'`)
    const sql =
      migrations()
        .find(({ version }) => version === 24)
        ?.sql() ?? ''
    const half = sql.slice(0, sql.indexOf('create view list_forms'))
    db.exec('begin')
    db.exec(half)
    db.close()
    const [cut, whole] = [freshLedger(path), freshLedger(copy)]
    expect(seen(cut)).toEqual(seen(whole))
  })
})

describe('a database of the schema version 23, whose lists of a user tell of persons', () => {
  const telling = 'Telltale, DOB 1 Jan 1970'
  const list = (id: string, number: number, format: string) =>
    [
      `insert into lists (id, format, category) values ('${id}', '${format}', 'own-list');`,
      `insert into list_snapshots values
         (${number}, '${id}', 'sha${number}', '${format}', null, 'active', null, 1, '{}', '2026-01-01', null, null, 1);`,
      ...[one, two].flatMap((key) => [
        insert(
          'snapshot_entries',
          number,
          key,
          addressOf(key),
          '[]',
          key === one ? telling : 'A name',
          `["${key === one ? telling : 'P'}"]`,
          null,
          null,
          null,
        ),
        insert(
          'list_rows',
          id,
          key,
          0,
          'evm',
          addressOf(key),
          '[]',
          key === one ? telling : 'A name',
          '["P"]',
          null,
          '2020-01-01',
          null,
          JSON.stringify(open),
        ),
        insert('alerts_of_test', `${id} ${key}`, id, key === one ? telling : 'A name'),
      ]),
    ].join('\n')
  const persons = [
    ...[one, two].map((key) => `insert into list_forms (form, key) values ('${key}', null);`),
    `create table alerts_of_test (id text, list_id text, subject text);`,
    ...[list('house', 1, 'csv'), list('pack', 2, 'tagpack'), list('authority', 3, 'ofac-sdn')],
    `insert into alerts (id, status, level, tags, own_address, role, match, list_id, category, entry_address, subject, programs,
       list_revision, created_at)
     select id, 'final', 'high', '[]', 'own', 'own', 'exact', list_id, 'own-list', 'x', subject, '[]', 1, '2026-01-01' from alerts_of_test;`,
    `insert into alert_events (alert_id, at, kind, actor, data)
     select id, '2026-01-01', 'regraded', 'chainscreen', json_object('revision', 1, 'subject', subject) from alerts_of_test;`,
    'drop table alerts_of_test;',
  ].join('\n')

  it('holds nothing of it any more, but in names that an authority published', () => {
    const path = databaseOf(23, persons)
    const db = freshLedger(path)
    const telltales = (table: string) =>
      all(db, `select distinct list_id from ${table} where subject = '${telling}' or programs like '%DOB%'`)
    for (const table of [
      'list_entries',
      'alerts',
      `(select e.*, list_id from snapshot_entries e
      join list_snapshots s on s.id = e.snapshot_id)`,
    ])
      expect(telltales(table)).toEqual([{ list_id: 'authority' }])
    expect(
      all(
        db,
        `select a.list_id, e.data ->> '$.subject' as subject, data ->> '$.revision' as revision
         from alert_events e join alerts a on a.id = e.alert_id order by a.id`,
      ),
    ).toEqual([
      { list_id: 'authority', subject: telling, revision: 1 },
      { list_id: 'authority', subject: 'A name', revision: 1 },
      { list_id: 'house', subject: null, revision: 1 },
      { list_id: 'house', subject: 'A name', revision: 1 },
      { list_id: 'pack', subject: null, revision: 1 },
      { list_id: 'pack', subject: 'A name', revision: 1 },
    ])
    expect(all(db, `select subject from list_entries where list_id = 'house' order by key`)).toEqual([
      { subject: null },
      { subject: 'A name' },
    ])
    expect(() => db.exec(`update alert_events set data = ''`)).toThrow(/append-only/)
    db.pragma('wal_checkpoint(TRUNCATE)')
    const text = readFileSync(path, 'latin1')
    expect(text.split(telling).length - 1).toBe(
      all(db, `select 1 from list_entries where subject = '${telling}'`).length * 5,
    )
  })
})

describe('a database of the schema version 32, whose lists tell of persons in other fields than the subject', () => {
  const telling = 'DOB 1 Jan 1970'
  const list = (number: number, format: string) =>
    `insert into lists (id, format, category) values ('${format}', '${format}', 'own-list');
     insert into list_numbers (number, list_id) values (${number}, '${format}');
     insert into list_snapshots (id, list_id, sha256, format, state, bytes, counts, imported_at, parser)
       values (${number}, '${format}', 'sha${number}', '${format}', 'active', 1, '{}', '2026-01-01', 1);
     insert into entry_versions (list, key, load, assets, programs, first_seen)
       values (${number}, 1, 0, '["ETH","${telling}"]', '["${telling}"]', '2026-01-01');
     insert into snapshot_changes (list, key, snapshot, assets, programs)
       values (${number}, 1, ${number}, '["${telling}"]', '["P","${telling}"]');
     insert into list_unparsed (list_id, snapshot, parser, location, raw, asset, reason)
       values ('${format}', 'sha${number}', 1, 'line 2', 'a ${telling}', null, 'r'),
         ('${format}', 'sha${number}', 1, 'line 2', 'b ${telling}', '${telling}', 'r'),
         ('${format}', 'sha${number}', 1, 'line 3', '0xAb', 'ETH', 'r');
     insert into alerts (id, status, level, tags, own_address, role, match, list_id, category, entry_address, programs, list_revision, created_at)
       values ('${format}', 'final', 'high', '[]', 'own', 'own', 'exact', '${format}', 'own-list', 'x', '["P","${telling}"]', 1, '2026-01-01');
     insert into alert_events (alert_id, at, kind, actor, data) values
       ('${format}', '2026-01-01', 'created', 'chainscreen', null),
       ('${format}', '2026-01-02', 'regraded', 'chainscreen', '{"revision":1,"programs":["${telling}","P"]}');`

  it('holds nothing of it any more, but where an authority published it', () => {
    const formats = ['csv', 'tagpack', 'opensanctions', 'ofac-sdn']
    const path = databaseOf(
      32,
      `insert into list_keys (id, key) values (1, '${one}');${formats.map((format, at) => list(at + 1, format)).join('')}`,
    )
    const db = freshLedger(path)
    const [csv, authority] = [1, 4].map((number) => ({
      entries: all(db, `select assets, programs from entry_versions where list = ${number}`),
      changes: all(db, `select assets, programs from snapshot_changes where list = ${number}`),
      unparsed: all(
        db,
        `select location, raw, asset from list_unparsed where list_id = '${formats[number - 1]}' order by location, raw`,
      ),
      alerts: all(
        db,
        `select programs, data ->> '$.programs' as changed from alerts a join alert_events e on e.alert_id = a.id
         where list_id = '${formats[number - 1]}' and kind = 'regraded'`,
      ),
    }))
    expect(csv).toEqual({
      entries: [{ assets: '["ETH"]', programs: null }],
      changes: [{ assets: null, programs: '["P"]' }],
      unparsed: [
        {
          location: 'line 2',
          raw: expect.stringMatching(/^left out, since it tells of a person/),
          asset: null,
        },
        {
          location: 'line 2',
          raw: expect.stringMatching(/^left out, since it tells of a person/),
          asset: null,
        },
        { location: 'line 3', raw: '0xAb', asset: 'ETH' },
      ],
      alerts: [{ programs: '["P"]', changed: '["P"]' }],
    })
    expect(JSON.stringify(authority).split(telling)).toHaveLength(10)
    expect(() => db.exec(`update alert_events set data = ''`)).toThrow(/append-only/)
    db.pragma('wal_checkpoint(TRUNCATE)')
    // In entries two, in changes two, in unreadable texts three, and in the alert and its event; unique texts stand in an index too.
    expect(readFileSync(path, 'latin1').split(telling).length - 1).toBe(12)
  })
})

describe('a database of the schema version 34, whose unreadable wallets are named by their ids', () => {
  it('has no such id any more, which may be the number of a document', () => {
    const id = 'ru-inn-504309044808'
    const list = (format: string) =>
      `insert into lists (id, format, category) values ('${format}', '${format}', 'sanctions');
       insert into list_snapshots (list_id, sha256, format, state, bytes, counts, imported_at, parser)
         values ('${format}', 'ab', '${format}', 'superseded', 1, '{}', '2026-01-01', 1);
       insert into list_unparsed (list_id, snapshot, parser, location, raw, asset, reason) values
         ('${format}', 'ab', 1, 'CryptoWallet ${id}', 'x', null, 'r'), ('${format}', 'ab', 1, 'CryptoWallet ${id}0', 'x', null, 'r');`
    const path = databaseOf(34, list('opensanctions') + list('csv'))
    const db = freshLedger(path)
    const places = (format: string) =>
      all<{ location: string }>(
        db,
        `select location from list_unparsed where list_id = '${format}' order by 1`,
      )
    expect(places('opensanctions').map(({ location }) => location)).toEqual([
      expect.stringMatching(/^CryptoWallet \(row \d+\)$/),
      expect.stringMatching(/^CryptoWallet \(row \d+\)$/),
    ])
    expect(places('csv')).toHaveLength(2)
    db.exec(`delete from list_unparsed where list_id = 'csv'`)
    expect(JSON.stringify(all(db, 'select * from list_unparsed'))).not.toContain(id)
  })
})
