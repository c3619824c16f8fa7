import { describe, expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { chain, commit, freshChain, freshLedger, listedDeposit, ref, screened } from './fixtures.ts'

function columns(db: ReturnType<typeof freshLedger>, table: string): string[] {
  return all<{ name: string; type: string; pk: number }>(
    db,
    `select name, type, pk from pragma_table_info('${table}')`,
  ).map(({ name, type, pk }) => `${name} ${type}${pk ? ' key' : ''}`)
}

describe('the alert table', () => {
  it('has the columns of the contract, in its order and with its types', () => {
    expect(columns(freshLedger(), 'alerts')).toEqual([
      'id TEXT key',
      'chain TEXT',
      'direction TEXT',
      'status TEXT',
      'level TEXT',
      'tags TEXT',
      'block_height INTEGER',
      'block_hash TEXT',
      'block_time TEXT',
      'tx_hash TEXT',
      'transfer TEXT',
      'asset TEXT',
      'symbol TEXT',
      'amount TEXT',
      'own_address TEXT',
      'counterparty TEXT',
      'role TEXT',
      'match TEXT',
      'list_id TEXT',
      'category TEXT',
      'entry_address TEXT',
      'subject TEXT',
      'programs TEXT',
      'listed_on TEXT',
      'listed_at_transfer TEXT',
      'list_revision INTEGER',
      'created_at TEXT',
      // The last one: SQLite adds columns at the end.
      'decimals INTEGER',
      'subject_ids TEXT',
    ])
  })

  it('has events in the columns of the contract', () => {
    expect(columns(freshLedger(), 'alert_events')).toEqual([
      'seq INTEGER key',
      'alert_id TEXT',
      'at TEXT',
      'kind TEXT',
      'actor TEXT',
      'note TEXT',
      'data TEXT',
      // Beside the contract's: see docs/events.md.
      'event_id BLOB',
    ])
  })

  it('has list entries and intervals in the columns of the contract', () => {
    const db = freshLedger()
    expect(columns(db, 'list_entries').map((column) => column.split(' ')[0])).toEqual([
      'list_id',
      'key',
      'family',
      'address',
      'assets',
      'subject',
      'subject_ids',
      'programs',
      'listed_on',
      'first_seen',
      'removed_on',
    ])
    expect(columns(db, 'list_intervals').map((column) => column.split(' ')[0])).toEqual([
      'list_id',
      'key',
      'from',
      'to',
    ])
  })

  it('has no column, in any table, for who somebody is or where', () => {
    const db = freshLedger()
    const names = all<{ name: string }>(
      db,
      `select c.name from sqlite_schema t join pragma_table_info(t.name) c where t.type in ('table', 'view')`,
    ).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(100)
    expect(names.filter((name) => /nation|citizen|resid|countr|birth|passport|gender/i.test(name))).toEqual(
      [],
    )
  })

  it('holds a row as the contract words it', () => {
    const db = freshChain()
    commit(db, [screened(ref(7), [listedDeposit('0xt')])])
    expect(db.prepare('select * from alerts').get()).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      chain: chain.id,
      direction: 'deposit',
      status: 'pending',
      level: 'high',
      tags: '[]',
      block_height: 7,
      block_hash: 'a7',
      block_time: '2023-11-14T22:14:44Z',
      tx_hash: '0xt',
      transfer: 'value',
      asset: 'native',
      symbol: 'ETH',
      amount: '5',
      own_address: `0x${'a'.repeat(40)}`,
      counterparty: `0x${'b'.repeat(40)}`,
      role: 'source',
      match: 'exact',
      list_id: 'ofac-sdn',
      category: 'sanctions',
      entry_address: `text of evm:${'b'.repeat(40)}`,
      subject: 'A listed party',
      programs: '["CYBER2"]',
      subject_ids: '[]',
      listed_on: '2020-01-01',
      listed_at_transfer: 'yes',
      list_revision: 0,
      created_at: '2026-01-01T00:00:00.000Z',
      decimals: null,
    })
  })
})

describe('what was said once', () => {
  it.each([
    ['an event is not deleted', 'delete from alert_events', 'append-only'],
    ['an event is not changed', `update alert_events set kind = 'released'`, 'append-only'],
    ['an alert is not deleted', 'delete from alerts', 'never deleted'],
  ])('%s', (_name, sql, message) => {
    const db = freshChain()
    commit(db, [screened(ref(7), [listedDeposit('0xt')])])
    const rows = () => [
      db.prepare('select * from alerts').all(),
      db.prepare('select * from alert_events').all(),
    ]
    const before = rows()
    expect(() => db.exec(sql)).toThrow(message)
    expect(rows()).toEqual(before)
  })
})
