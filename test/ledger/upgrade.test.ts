import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { heightsWithoutHash, keptHashes } from '../../src/ledger/blocks/block-hashes.ts'
import { readHalt } from '../../src/ledger/blocks/chain.ts'
import { ruleChange } from '../../src/ledger/blocks/finality.ts'
import { pendingReplays, readReplay } from '../../src/ledger/blocks/replays.ts'
import { isWeaker } from '../../src/ledger/blocks/superseded.ts'
import { coveredRanges } from '../../src/ledger/coverage/ranges.ts'
import { readTracesAway } from '../../src/ledger/coverage/traces-away.ts'
import { all } from '../../src/ledger/database.ts'
import { nextRescreen, rescreenItems } from '../../src/ledger/lists/rescreens.ts'
import { migrations } from '../../src/ledger/migrate.ts'
import { countOwnAddresses, findOwnAddress, isOwn } from '../../src/ledger/own/own-addresses.ts'
import { branchesOn, branchesSql } from '../../src/ledger/own/own-branches.ts'
import { ownKeysSince } from '../../src/ledger/own/own-keys.ts'
import { removeOwnAddresses } from '../../src/ledger/own/remove-own.ts'
import { evm } from '../screening/builders.ts'
import { commit, freshLedger, ref, screened } from './fixtures.ts'
import { addFunctions, databaseOf } from './old-database.ts'

describe('a database of before alerts had decimals', () => {
  it('gets the decimals of native money, and every alert is graded as it was raised', () => {
    const alert = (id: string, chain: string, asset: string, symbol: string) =>
      `insert into alerts (id, chain, status, level, tags, asset, symbol, amount, own_address, role, match, list_id, category,
         entry_address, programs, list_revision, created_at)
       values ('${id}', '${chain}', 'final', 'high', '["dust"]', '${asset}', '${symbol}', '1', 'o', 'source', 'exact', 'l', 'own-list',
         'e', '[]', 1, '2026-01-01');
       insert into alert_keys values ('${id}', '${evm('1')}', '${evm('1')}', '${evm('2')}', 1);
       insert into alert_events (alert_id, at, kind, actor, data)
         values ('${id}', '2026-01-01', 'regraded', 'chainscreen', '{"revision":2,"subject":"Another","programs":[]}');`
    const db = freshLedger(
      databaseOf(
        20,
        `insert into chains (id, caip2, genesis_hash, updated_at)
           values ('bitcoin', 'bip122:00', 'g', '2026-01-01'), ('ethereum', 'eip155:1', 'h', '2026-01-01');
         ${alert('a', 'bitcoin', 'native', 'BTC')} ${alert('b', 'ethereum', 'native', 'ETH')}
         ${alert('c', 'ethereum', 'erc20:0x5', 'USDT')} ${alert('d', 'canary', 'native', 'X')}`,
      ),
    )
    expect(
      all(
        db,
        'select id, decimals, current_level, current_tags, current_symbol, current_decimals from alerts_current order by id',
      ),
    ).toEqual(
      [
        { id: 'a', decimals: 8, current_symbol: 'BTC', current_decimals: 8 },
        { id: 'b', decimals: 18, current_symbol: 'ETH', current_decimals: 18 },
        { id: 'c', decimals: null, current_symbol: 'USDT', current_decimals: null },
        { id: 'd', decimals: null, current_symbol: 'X', current_decimals: null },
      ].map((row) => ({ ...row, current_level: 'high', current_tags: '["dust"]' })),
    )
    expect(all(db, 'select * from regrades')).toEqual([])
    expect(db.pragma('foreign_key_check')).toEqual([])
  })
})

describe('a database of the schema version 3', () => {
  it('keeps its own addresses, its versions of lists, and all that refers to them', () => {
    const path = databaseOf(
      3,
      `insert into own_addresses values
         ('${evm('1')}', '', 'one', 'hot', 'u1', '2026-01-01', 1, null),
         ('${evm('2')}', 'ethereum', 'two', 'deposit', 'u2', '2026-01-02', 2, '2026-01-03');
       update meta set value = '2' where key = 'own_revision';
       insert into lists (id, format, category, active_snapshot) values ('l', 'csv', 'own-list', 'ab');
       insert into list_snapshots values
         (7, 'l', 'ab', 'csv', null, 'active', null, 3, '{}', '2026-01-01', '2026-01-01', 1);
       insert into snapshot_entries values (7, '${evm('9')}', 'nine', '[]', null, '[]', null, null, null);
       insert into list_unparsed values ('l', 'ab', 'line 2', 'raw', null, 'why');
       insert into list_sources values ('l', 'r', '"e"', null, 'ab', null);`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select * from own_addresses order by key')).toEqual([
      {
        ...{ key: evm('1'), chain: '', address: 'one', kind: 'hot', reference: 'u1' },
        ...{ added_at: '2026-01-01', revision: 1, retired_at: null, removed_at: null },
      },
      {
        ...{ key: evm('2'), chain: 'ethereum', address: 'two', kind: 'deposit', reference: 'u2' },
        ...{ added_at: '2026-01-02', revision: 2, retired_at: '2026-01-03', removed_at: null },
      },
    ])
    expect([countOwnAddresses(db), isOwn(db, 'ethereum', evm('2')), isOwn(db, 'other', evm('2'))]).toEqual([
      2,
      true,
      false,
    ])
    expect([...ownKeysSince(db, 1)]).toEqual([evm('2')])
    expect(findOwnAddress(db, evm('1'), '')?.reference).toBe('u1')
    expect(all(db, 'select id, state, parser from list_snapshots')).toEqual([
      { id: 7, state: 'active', parser: 1 },
    ])
    expect(all(db, 'select snapshot_id, address from snapshot_entries')).toEqual([
      { snapshot_id: 7, address: 'nine' },
    ])
    expect(all(db, 'select raw, parser from list_unparsed')).toEqual([{ raw: 'raw', parser: 1 }])
    expect(all(db, 'select etag, version from list_sources')).toEqual([{ etag: '"e"', version: null }])
    expect(db.pragma('foreign_key_check')).toEqual([])
  })
})

describe('a database of the schema version 9', () => {
  it('keeps what was unreadable, and takes the same text under another asset', () => {
    const rows = `insert into list_unparsed values ('l', 'ab', 1, 'line 2', 'raw', 'ETH', 'why'),
      ('l', 'ab', 1, 'line 3', 'raw', null, 'why');`
    const db = freshLedger(databaseOf(9, rows))
    const add = (asset: string) =>
      db.exec(rows.replaceAll(`'ETH'`, asset).replace(/,\s*\('l.*line 3.*$/, ';'))
    add(`'BSC'`)
    add('null')
    expect(() => add(`'ETH'`)).toThrow(/UNIQUE/)
    expect(() => add('null')).toThrow(/UNIQUE/)
    expect(all(db, 'select location, asset from list_unparsed order by location, asset')).toEqual([
      { location: 'line 2', asset: null },
      { location: 'line 2', asset: 'BSC' },
      { location: 'line 2', asset: 'ETH' },
      { location: 'line 3', asset: null },
    ])
  })
})

describe('a database of the schema version 10', () => {
  it('keeps what was not screened, of its blocks as a whole', () => {
    const path = databaseOf(
      10,
      `insert into chains (id, caip2, genesis_hash, updated_at) values ('ethereum', 'eip155:1', '0x', '2026-01-01');
       insert into unscreened (chain, from_height, to_height, what, reason) values ('ethereum', 5, 9, 'traces', 'none');`,
    )
    expect(all(freshLedger(path), 'select from_height, to_height, what, tx_hash from unscreened')).toEqual([
      { from_height: 5, to_height: 9, what: 'traces', tx_hash: null },
    ])
  })
})

describe('a database of the schema version 16, as to traces', () => {
  it('keeps its chains, none of which lacks call traces so far', () => {
    const path = databaseOf(
      16,
      `insert into chains (id, caip2, genesis_hash, cursor_height, updated_at)
       values ('ethereum', 'eip155:1', '0x', 9, '2026-01-01');`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select id, cursor_height, traces_away_since, traces_away_height from chains')).toEqual([
      { id: 'ethereum', cursor_height: 9, traces_away_since: null, traces_away_height: null },
    ])
    expect(readTracesAway(db, 'ethereum')).toBeNull()
  })
})

describe('a database of the schema version 12', () => {
  it('keeps its descriptors, and finds branches with the same addresses through an index', () => {
    const path = databaseOf(
      12,
      `insert into own_descriptors (id, checksum, descriptor, chain, network, kind, reference, gap, added_at)
       values (1, 'c', 'wpkh(X/0/*)', '', 'main', 'deposit', '', 20, '2026-01-01');
       insert into own_branches (descriptor_id, branch, asked, derived, used) values (1, 0, 20, 21, 0);
       insert into own_derived (key, descriptor_id, branch, position) values ('p2wpkh:01', 1, 0, 0), ('p2wpkh:02', 1, 0, 1);`,
    )
    const db = freshLedger(path)
    expect(branchesOn(db, 'bitcoin')).toMatchObject([{ id: 1, derived: 21, used: 0, first: 'p2wpkh:01' }])
    const plan = all<{ detail: string }>(db, `explain query plan ${branchesSql}`, 'bitcoin')
    expect(plan.map(({ detail }) => detail).join()).toContain('own_derived_first')
  })
})

describe('a database of the schema version 15', () => {
  it('keeps the hashes of its window, none of its chains halted, and its coverage is as it was folded', () => {
    const path = databaseOf(
      15,
      `insert into chains (id, caip2, genesis_hash, cursor_height, updated_at)
       values ('ethereum', 'eip155:1', '0x', 9, '2026-01-01');
       insert into coverage (id, chain, kind, from_height, to_height, level, list_revision, own_revision, seed, digest, last_hash, updated_at)
       values (1, 'ethereum', 'follow', 1, 9, 'full', 0, 0, 's', 'd', '0x09', '2026-01-01');
       insert into blocks (chain, height, hash, parent_hash, time, coverage_id, digest)
       values ('ethereum', 8, '0x08', '0x07', 1, 1, 'c'), ('ethereum', 9, '0x09', '0x08', 2, 1, 'd');`,
    )
    const db = freshLedger(path)
    expect(keptHashes(db, 'ethereum', 0, 20)).toEqual([
      { height: 8, hash: '0x08' },
      { height: 9, hash: '0x09' },
    ])
    expect(heightsWithoutHash(db, 'ethereum', 6, 9)).toEqual([6, 7])
    expect(readHalt(db, 'ethereum')).toBeNull()
    expect(all(db, 'select digest, refolded_at from coverage')).toEqual([{ digest: 'd', refolded_at: null }])
  })
})

describe('a database of the schema version 8', () => {
  it('keeps its entries with their intervals, and the jobs that are not done', () => {
    const path = databaseOf(
      8,
      `insert into lists (id, format, category) values ('l', 'csv', 'own-list'), ('f', 'token-blacklist', 'issuer-freeze');
       insert into list_entries values
         ('l', '${evm('1')}', 'evm', 'one', '["ETH"]', 'S', '["P"]', '2020-01-01', '2021-01-01', '2024-01-01'),
         ('f', '${evm('1')}', 'evm', 'two', '[]', null, '[]', null, '2022-01-01', null);
       insert into list_intervals values
         ('l', '${evm('1')}', '2023-01-01', '2024-01-01'), ('l', '${evm('1')}', '2021-01-01', '2022-01-01'),
         ('f', '${evm('1')}', '2022-01-01T00:00:00Z', null);
       insert into rescreens (id, kind, list_id, revision, whole, parties_to, state, added_at)
         values (4, 'list', 'l', 3, 0, 17, 'pending', '2026-01-01');
       insert into rescreen_entries values (4, 'l', '${evm('1')}', 'removed');`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select * from list_entries order by list_id')).toEqual([
      {
        ...{ list_id: 'f', key: evm('1'), family: 'evm', address: 'two', assets: '[]', subject: null },
        ...{ subject_ids: '[]', programs: '[]', listed_on: null, first_seen: '2022-01-01', removed_on: null },
      },
      {
        ...{ list_id: 'l', key: evm('1'), family: 'evm', address: 'one', assets: '["ETH"]', subject: 'S' },
        ...{ subject_ids: '[]', programs: '["P"]', listed_on: '2020-01-01', first_seen: '2021-01-01' },
        removed_on: '2024-01-01',
      },
    ])
    expect(all(db, 'select list_id, "from", "to" from list_intervals order by list_id, "from"')).toEqual([
      { list_id: 'f', from: '2022-01-01T00:00:00Z', to: null },
      { list_id: 'l', from: '2021-01-01', to: '2022-01-01' },
      { list_id: 'l', from: '2023-01-01', to: '2024-01-01' },
    ])
    const job = nextRescreen(db)
    // It names rows that are not there: jobs go over all that are.
    expect(job).toMatchObject({ id: 4, revision: 3, partiesTo: 0 })
    expect(job && rescreenItems(db, job, 9)).toEqual([{ listId: 'l', key: evm('1'), change: 'removed' }])
    expect(db.pragma('foreign_key_check')).toEqual([])
  })
})

describe('a database of the schema version 14', () => {
  it('keeps its transfers', () => {
    const path = databaseOf(
      14,
      `insert into chains (id, caip2, genesis_hash, updated_at) values ('c', 'eip155:1', '0x0', '2026-01-01');
       insert into transactions values (5, 'c', '0x1', 7, '0xb', '2026-01-01', 0, 0);
       insert into transfers values (6, 5, 'log:0', 'deposit', 'erc20:0x3', null, '12', 'k', 'own', '[]');
       insert into parties values (8, 5, 6, null, 'source', 'k2', 'other', 'k2', 'exact');
       insert into parties values (9, 5, null, null, 'initiator', 'k3', 'third', 'k3', 'exact');`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select transaction_id, transfer, amount, logs from transfers')).toEqual([
      { transaction_id: 5, transfer: 'log:0', amount: '12', logs: 1 },
    ])
    expect(all(db, 'select transfer, role, party from transfer_parties order by transfer, role')).toEqual([
      { transfer: 'log:0', role: 'initiator', party: 'third' },
      { transfer: 'log:0', role: 'source', party: 'other' },
    ])
  })
})

describe('a database of the schema version 11', () => {
  it('tells the alerts whose entry was listed again, and opens what was released of them', () => {
    const alert = (id: string, key: string) =>
      `insert into alerts (id, status, level, tags, own_address, role, match, list_id, category, entry_address, subject,
         programs, list_revision, created_at)
       values ('${id}', 'final', 'high', '[]', 'o', 'own', 'exact', 'l', 'own-list', 'e', 'S', '[]', 1, '2026-01-01');
       insert into alert_keys values ('${id}', '${key}', '${key}', '${key}', 0);
       insert into alert_events (alert_id, at, kind, actor) values ('${id}', '2026-01-01', 'created', 'chainscreen');`
    const event = (id: string, kind: string) =>
      `insert into alert_events (alert_id, at, kind, actor) values ('${id}', '2026-01-02', '${kind}', 'ann');`
    const row = (key: string, subject: string, removedOn: string, intervals: string) =>
      `insert into list_rows values
         ('l', '${key}', 0, 'evm', 'e', '[]', '${subject}', '[]', null, '2021-01-01', ${removedOn}, '${intervals}');`
    const back = '[{"from":"2021-01-01","to":"2022-01-01"},{"from":"2023-01-01","to":null}]'
    const path = databaseOf(
      11,
      `insert into lists (id, format, category) values ('l', 'csv', 'own-list');
       ${row(evm('1'), 'T', 'null', back)}
       ${row(evm('2'), 'S', `'2022-01-01'`, '[{"from":"2021-01-01","to":"2022-01-01"}]')}
       ${row(evm('3'), 'S', 'null', '[{"from":"2021-01-01","to":null}]')}
       insert into rescreens (id, kind, list_id, revision, whole, parties_to, state, added_at)
         values (4, 'list', 'l', 3, 0, 17, 'done', '2026-01-01');
       insert into rescreen_entries values (4, 'l', '${evm('1')}', 'added'), (4, 'l', '${evm('2')}', 'removed');
       update meta set value = '3' where key = 'list_revision';
       ${alert('back', evm('1'))} ${event('back', 'entry-removed')} ${event('back', 'released')}
       ${alert('gone', evm('2'))} ${event('gone', 'entry-removed')} ${event('gone', 'released')}
       ${alert('there', evm('3'))} ${event('there', 'released')}`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select id, disposition, disposition_by from alerts_current order by id')).toEqual([
      { id: 'back', disposition: 'open', disposition_by: null },
      { id: 'gone', disposition: 'released', disposition_by: 'ann' },
      { id: 'there', disposition: 'released', disposition_by: 'ann' },
    ])
    expect(all(db, `select alert_id, data from alert_events where kind = 'listed-again'`)).toEqual([
      { alert_id: 'back', data: '{"revision":3,"in_force_from":"2023-01-01","subject":"T"}' },
    ])
    expect(all(db, 'select key, change from rescreen_entries order by key')).toEqual([
      { key: evm('1'), change: 'added' },
      { key: evm('2'), change: 'removed' },
    ])
    expect(all(db, 'select listed_again, regraded from rescreens')).toEqual([
      { listed_again: 0, regraded: 0 },
    ])
    expect(db.pragma('foreign_key_check')).toEqual([])
  })
})

describe('a database whose rejected files were quoted', () => {
  const mark = 'nationality Telltaleland; Passport 719032284'
  const rows = `insert into lists (id, format, category) values ('l', 'csv', 'own-list'), ('f', 'token-blacklist', 'issuer-freeze');
    insert into list_snapshots (id, list_id, sha256, format, state, reason, bytes, counts, imported_at, parser) values
      (1, 'l', 'aa', 'csv', 'rejected', 'found "${mark}"', 3, '{}', '2026-01-01', 1),
      (2, 'l', 'bb', 'csv', 'held', 'it has no address', 3, '{}', '2026-01-01', 1);
    insert into list_unparsed values ('l', 'bb', 1, 'line 2', '${mark}', null, 'why'), ('l', 'bb', 1, 'line 2', '${mark}!', null, 'why'),
      ('l', 'bb', 1, 'line 3', '105750906', null, 'why');
    insert into list_checks (list_id, at, outcome, detail) values
      ('l', '2026-01-01', 'rejected', 'The file has the column "${mark}"'), ('l', '2026-01-02', 'held', 'it has no address'),
      ('f', '2026-01-03', 'rejected', 'the contract says otherwise');`

  it('holds nothing of them any more, not even in pages that were freed', () => {
    const path = databaseOf(10, rows)
    expect(readFileSync(path, 'latin1')).toContain('Telltaleland')
    const db = freshLedger(path)
    expect(all(db, 'select outcome, detail from list_checks order by seq')).toEqual([
      { outcome: 'rejected', detail: expect.stringMatching(/^rejected by an earlier version/) },
      { outcome: 'held', detail: 'it has no address' },
      { outcome: 'rejected', detail: 'the contract says otherwise' },
    ])
    expect(all(db, 'select reason from list_snapshots order by id')).toEqual([
      { reason: expect.stringMatching(/^rejected by an earlier version/) },
      { reason: 'it has no address' },
    ])
    expect(all(db, 'select raw from list_unparsed order by location, raw')).toEqual([
      { raw: expect.stringMatching(/^\(44 characters, row \d+\)$/) },
      { raw: expect.stringMatching(/^\(45 characters, row \d+\)$/) },
      { raw: '105750906' },
    ])
    for (const file of [path, `${path}-wal`]) {
      const content = existsSync(file) ? readFileSync(file, 'latin1') : ''
      expect(content).not.toContain('Telltaleland')
      expect(content).not.toContain('719032284')
    }
    expect(() => db.exec(`update list_checks set detail = ''`)).toThrow(/append-only/)
    expect(all(db, `select 1 from meta where key = 'pages_to_forget'`)).toEqual([])
  })

  it('is written anew at the next start where a crash came before that', () => {
    const path = databaseOf(10, rows)
    const half = new Database(path)
    addFunctions(half)
    for (const { version, sql } of migrations()) if (version > 10) half.exec(sql())
    half.pragma(`user_version = ${migrations().at(-1)?.version}`)
    half.close()
    expect(readFileSync(path, 'latin1')).toContain('The file has the column')
    freshLedger(path)
    expect(readFileSync(path, 'latin1')).not.toContain('The file has the column')
  })
})

describe('a database of the schema version 17', () => {
  it('knows where its lists come from, since when they are as they are, and how old their issue may be', () => {
    const list = (id: string, format: string) =>
      `insert into lists (id, format, category, active_snapshot, checked_at) values ('${id}', '${format}', 'sanctions', 'ab', '2026-02-01');`
    const snapshot = (id: string, on: string, parser: number, state: string) =>
      `insert into list_snapshots (list_id, sha256, format, state, bytes, counts, imported_at, parser)
       values ('${id}', 'ab', 'f', '${state}', 1, '{}', '${on}', ${parser});`
    const path = databaseOf(
      17,
      `${list('fetched', 'ofac-sdn')} ${list('house', 'csv')} ${list('ours', 'bundled')} ${list('frozen', 'token-blacklist')}
       insert into list_sources (list_id, resource, sha256) values ('fetched', 'r', 'ab');
       ${snapshot('house', '2026-01-05', 1, 'superseded')} ${snapshot('house', '2026-01-09', 2, 'active')}`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select id, origin, content_since, max_issue_age_seconds from lists order by id')).toEqual(
      [
        { id: 'fetched', origin: 'url', content_since: null, max_issue_age_seconds: 3_888_000 },
        { id: 'frozen', origin: 'chain', content_since: null, max_issue_age_seconds: null },
        { id: 'house', origin: 'file', content_since: '2026-01-05', max_issue_age_seconds: null },
        { id: 'ours', origin: 'file', content_since: null, max_issue_age_seconds: 3_888_000 },
      ],
    )
  })
})

describe('a database of the schema version 18', () => {
  it('keeps its own addresses, none of which was removed so far, and what was asked for with --since', async () => {
    const path = databaseOf(
      18,
      `insert into own_rows values
         ('${evm('1')}', '', 0, 'one', 'hot', 'u1', '2026-01-01', 1, null),
         ('${evm('1')}', '', 1, 'one', 'cold', 'u1', '2026-01-01', 1, null),
         ('${evm('2')}', '', 0, 'two', 'hot', 'u2', '2026-01-01', 1, '2026-01-02');
       update meta set value = '1' where key in ('own_revision', 'own_load');
       insert into chains (id, caip2, genesis_hash, cursor_height, cursor_hash, cursor_time, updated_at)
         values ('ethereum', 'eip155:1', '0x', 9, 'a9', 9, '2026-01-01');
       insert into coverage (chain, kind, from_height, to_height, level, list_revision, own_revision, seed, digest,
         last_hash, updated_at) values ('ethereum', 'follow', 3, 9, 'full', 0, 1, '', '', 'a9', '2026-01-01');
       insert into replays (chain, from_height, to_height, next_height, own_revision, state, added_at)
         values ('ethereum', 3, 9, 5, 1, 'pending', '2026-01-01');`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select key, kind, retired_at, removed_at from own_addresses order by key')).toEqual([
      { key: evm('1'), kind: 'cold', retired_at: null, removed_at: null },
      { key: evm('2'), kind: 'hot', retired_at: '2026-01-02', removed_at: null },
    ])
    expect(isOwn(db, 'ethereum', evm('1'))).toBe(true)
    expect(all(db, 'select from_height, next_height, cause from replays')).toEqual([
      { from_height: 3, next_height: 5, cause: 'added' },
    ])
    const words = { actor: 'A. Person', note: null, at: '2026-01-03' }
    expect(await removeOwnAddresses(db, [evm('1')], words)).toMatchObject([{ from: 3, to: 9 }])
    expect([isOwn(db, 'ethereum', evm('1')), isOwn(db, 'ethereum', evm('2'))]).toEqual([false, true])
    expect(() => db.exec('delete from own_removals')).toThrow('append-only')
    expect(() => db.exec(`update own_removals set note = 'x'`)).toThrow('append-only')
  })
})

describe('a database of the schema version 19', () => {
  it('finds the own addresses that a listed P2SH may hold, and is matched with the lists for them', () => {
    const nested = 'bitcoin:a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487'
    // The P2SH-P2WPKH of this hash: BIP 49's sort of address, with the key of BIP 173's examples.
    const segwit = 'bitcoin:0014751e76e8199196d454941c45d1b3a323f1433bd6'
    const path = databaseOf(
      19,
      `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision) values
         ('${segwit}', '', 0, 'one', 'hot', 'u1', '2026-01-01', 1), ('${evm('2')}', '', 0, 'two', 'hot', 'u2', '2026-01-01', 1);
       update meta set value = '3' where key = 'list_revision';`,
    )
    const db = freshLedger(path)
    expect(all(db, 'select * from own_forms')).toEqual([{ form: nested, key: segwit }])
    expect(nextRescreen(db)).toMatchObject({ kind: 'own', revision: 3, whole: true })
  })

  it('has nothing to match where it has no own address of Bitcoin', () => {
    const path = databaseOf(
      19,
      `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision) values
         ('${evm('2')}', '', 0, 'two', 'hot', 'u2', '2026-01-01', 1);
       update meta set value = '3' where key = 'list_revision';`,
    )
    expect(nextRescreen(freshLedger(path))).toBeUndefined()
  })

  it('goes on with its rescans', () => {
    const path = databaseOf(
      19,
      `insert into replays (chain, from_height, to_height, next_height, own_revision, state, added_at, cause)
       values ('bitcoin', 1, 9, 4, 2, 'pending', '2026-01-01', 'added'), ('bitcoin', 3, 5, 6, 3, 'done', '2026-01-02', 'removed');`,
    )
    const db = freshLedger(path)
    expect(pendingReplays(db, 'bitcoin')).toEqual([
      {
        ...{ id: 1, chain: 'bitcoin', from: 1, to: 9, next: 4, state: 'pending', cause: 'added' },
        failure: null,
      },
    ])
    expect(readReplay(db, 2)).toMatchObject({ from: 3, next: 6, state: 'done', cause: 'removed' })
  })
})

describe('a database of the schema version 20', () => {
  const publicKey = 'bitcoin:210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798ac'
  const listed = (key: string) =>
    `insert into list_forms (form, key) values ('${key}', null); update meta set value = '3' where key = 'list_revision';`

  it('finds a listed public key by its account, and matches stored history by it', () => {
    const db = freshLedger(databaseOf(20, listed(publicKey)))
    expect(all(db, `select form, key from list_forms where form like 'evm:%'`)).toEqual([
      { form: 'evm:7e5f4552091a69125d5dfcb7b8c2659029395bdf', key: publicKey },
    ])
    expect(nextRescreen(db)).toMatchObject({ kind: 'asked', revision: 3, whole: true })
  })

  it('has nothing to match where no list names a public key', () => {
    expect(nextRescreen(freshLedger(databaseOf(20, listed(evm('1')))))).toBeUndefined()
  })
})

describe('a database of the schema version 25', () => {
  it('does not say what was proved, nor under which finality, and calls neither weak', () => {
    const path = databaseOf(
      25,
      `insert into chains (id, caip2, genesis_hash, start_height, cursor_height, cursor_hash, cursor_time, final_height, updated_at)
         values ('ethereum', 'eip155:1', '0xgenesis', 3, 9, 'a9', 9, 4, '2026-01-01');
       insert into coverage (chain, kind, from_height, to_height, level, list_revision, own_revision, seed, digest,
         last_hash, updated_at) values ('ethereum', 'follow', 3, 9, 'full', 0, 0, '', '', 'a9', '2026-01-01');`,
    )
    const db = freshLedger(path)
    expect(ruleChange(db, 'ethereum', { depth: 64, tag: 'finalized' })).toEqual([])
    const range = { from: 3, to: 9, level: 'full', listRevision: 0, ownRevision: 0 }
    expect(coveredRanges(db, 'ethereum')).toEqual([range])
    const reading = { level: 'full', unscreened: [] }
    expect(isWeaker(db, 'ethereum', 5, { ...reading, unproved: true })).toBe(true)
    expect(isWeaker(db, 'ethereum', 5, reading)).toBe(false)
    // The follower goes on in the same row.
    commit(db, [screened(ref(10))])
    expect(all(db, 'select from_height, to_height, proved from coverage')).toEqual([
      { from_height: 3, to_height: 10, proved: null },
    ])
  })
})
