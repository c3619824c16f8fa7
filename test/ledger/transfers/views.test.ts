import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { transfersAfterSql } from '../../../src/ledger/alerts/regrades.ts'
import { reorgedOutSql } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { entryOf } from '../../../src/ledger/transfers/stored-form.ts'
import { nextParty } from '../../../src/ledger/transfers/stored-transactions.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'
import { chain, commit, freshChain, freshLedger, ref, screened } from '../fixtures.ts'

function columns(db: Db, view: string): string[] {
  return all<{ name: string }>(db, `select name from pragma_table_info('${view}')`).map(({ name }) => name)
}

/** The tables that a query reads whole. */
function scans(db: Db, sql: string, ...params: unknown[]): string[] {
  const plan = db.prepare(`explain query plan ${sql}`).all(...params) as { detail: string }[]
  return plan
    .map(({ detail }) => detail)
    .filter(
      // Numbers that an address is written with.
      (detail) => /^SCAN|AUTOMATIC/.test(detail) && detail !== 'SCAN bech32_positions',
    )
}

describe('the views of movements', () => {
  it('have the columns of the contract, in its order', () => {
    const db = freshLedger()
    expect(columns(db, 'transactions')).toEqual(
      'id chain hash block_height block_hash block_time own_signed orphaned'.split(' '),
    )
    expect(columns(db, 'transfers')).toEqual(
      'id transaction_id transfer direction asset symbol amount own_key own_address tags logs'.split(' '),
    )
    expect(columns(db, 'parties')).toEqual(
      'id transaction_id transfer_id direction role key address match_key match_basis'.split(' '),
    )
    expect(columns(db, 'transfer_parties')).toEqual(
      [
        'chain block_height block_hash block_time tx_hash orphaned transfer direction asset symbol amount own_address',
        'tags role party party_key match_key match_basis',
      ].flatMap((names) => names.split(' ')),
    )
  })

  // Of numbers, 1 is not enough: SQLite reads few rows whole, whatever index there is.
  it.each([
    ['transactions', 'hash'],
    ['transactions', 'id'],
    ['transfers', 'own_key'],
    ['transfers', 'transaction_id'],
    ['transfers', 'id'],
    ['parties', 'match_key'],
    ['parties', 'transaction_id'],
    ['parties', 'id'],
    ['transfer_parties', 'tx_hash'],
    ['transfer_parties', 'match_key'],
  ])('%s is asked by %s at an index, with a parameter and with a text', (view, column) => {
    const db = freshLedger()
    const count = `select count(*) from ${view} where ${column} =`
    expect(scans(db, `${count} ?`, 'evm:0000000000000000000000000000000000000000')).toEqual([])
    expect(scans(db, `${count} 'evm:0000000000000000000000000000000000000000'`)).toEqual([])
  })

  it('is asked by chain and height, and by a join of transactions with what is theirs, at an index', () => {
    const db = freshLedger()
    expect(scans(db, 'select * from transactions where chain = ? and block_height = ?', 'c', 1)).toEqual([])
    const join = 'select 1 from transactions x join transfers t on t.transaction_id = x.id where x.hash = ?'
    expect(scans(db, join, '0x1')).toEqual([])
  })

  it.each([
    ['a reorg', reorgedOutSql, 2],
    ['a regrading', transfersAfterSql, 4],
  ])('%s does not read all rows', (_of, sql, params) => {
    expect(scans(freshLedger(), sql, ...Array.from({ length: params }, () => 1))).toEqual([])
  })

  it('answer the queries of docs/alerts.md that name a key or a hash at an index', () => {
    const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8')
    const queries = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
    const asked = queries.filter((query) => /(match_key|tx_hash) = '/.test(query))
    expect(asked).toHaveLength(2)
    for (const query of asked) expect(scans(freshLedger(), query), query).toEqual([])
  })
})

/** One deposit a transaction, from these keys in turn. */
function stored(count: number, from: (index: number) => Key): Db {
  const db = freshChain()
  const deposit = (index: number) =>
    tx({ hash: `0x${String(index)}`, transfers: [transfer({ parties: [party(from(index), 'source')] })] })
  commit(db, [
    screened(
      ref(7),
      Array.from({ length: count }, (_, index) => deposit(index)),
    ),
  ])
  return db
}

describe('look-ups over several epochs', () => {
  it('find every transaction of a key, in order, and none of another', () => {
    // Beyond the end of an epoch, as if as many had been stored.
    const db = freshChain()
    const [often, once] = [evm('b'), evm('c')]
    const deposit = (hash: string, from: Key) =>
      tx({ hash, transfers: [transfer({ parties: [party(from, 'source')] })] })
    const gap = (to: number) =>
      db
        .prepare(
          'insert into transaction_rows (id, block, hash, prefixed, own_signed, state) values (?, 1, ?, 0, 0, 2)',
        )
        .run(to, Buffer.alloc(32))
    commit(db, [screened(ref(7), [deposit('0x1', often), deposit('0x2', once)])])
    gap(32_766)
    commit(db, [
      screened(
        ref(8),
        ['0x3', '0x4', '0x5'].map((hash) => deposit(hash, often)),
      ),
    ])
    gap(99_999)
    commit(db, [screened(ref(9), [deposit('0x6', often)])])
    const hits: number[] = []
    const to = Number.MAX_SAFE_INTEGER
    for (let after = 0; ; ) {
      const hit = nextParty(db, often, { after, to })
      if (hit === undefined) break
      expect(entryOf(hit.id).transactionId).toBe(hit.transactionId)
      hits.push(hit.transactionId)
      after = hit.id
    }
    expect(hits).toEqual([1, 32_767, 32_768, 32_769, 100_000])
    const byView = all<{ id: number }>(
      db,
      'select transaction_id as id from parties where match_key = ? order by id',
      often,
    )
    expect(byView.map(({ id }) => id)).toEqual(hits)
    expect(nextParty(db, often, { after: 0, to: 0 })).toBeUndefined()
    expect(nextParty(db, evm('d'), { after: 0, to })).toBeUndefined()
    expect(all(db, `select hash from transactions where hash = '0x6'`)).toEqual([{ hash: '0x6' }])
    expect(all(db, 'select count(*) as n from transfer_parties where match_key = ?', often)).toEqual([
      { n: 5 },
    ])
  })

  it('find the transaction after one with more parties than an id counts', () => {
    const key = evm('a')
    const db = stored(2, () => key)
    // As the last of 2^20 + 1 rows, without the others.
    db.prepare('update party_rows set n = ? where tx = 1 and match_key = ?').run(2 ** 20, key)
    const to = Number.MAX_SAFE_INTEGER
    const first = nextParty(db, key, { after: 0, to })
    expect(first?.transactionId).toBe(1)
    expect(nextParty(db, key, { after: first?.id ?? 0, to })?.transactionId).toBe(2)
  })

  it('tell keys apart that end in the same 8 bytes', () => {
    const [one, two] = ['1', '2'].map((digit): Key => `evm:${digit.repeat(24)}${'a'.repeat(16)}`) as [
      Key,
      Key,
    ]
    const db = stored(10, (index) => (index % 2 === 0 ? one : two))
    const count = (key: Key) => all(db, 'select count(*) as n from parties where match_key = ?', key)
    expect([count(one), count(two)]).toEqual([[{ n: 5 }], [{ n: 5 }]])
    expect(nextParty(db, two, { after: 0, to: Number.MAX_SAFE_INTEGER })?.transactionId).toBe(2)
  })
})

it('a chain is named in the rows that its id has', () => {
  const db = stored(1, () => evm('b'))
  expect(all(db, 'select distinct chain from transactions')).toEqual([{ chain: chain.id }])
})
