import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bases } from '../../../src/address/equivalents.ts'
import { type Key, makeKey } from '../../../src/address/key.ts'
import { addressText } from '../../../src/address/text.ts'
import { all } from '../../../src/ledger/database.ts'
import { readStoredBlock } from '../../../src/ledger/transfers/stored-block.ts'
import {
  addressOf,
  entryId,
  entryOf,
  keyOf,
  lookupHash,
  lookupHashSql,
  storedAddress,
  storedHash,
  storedTime,
} from '../../../src/ledger/transfers/stored-form.ts'
import { readParties, readTransaction, readTransfers } from '../../../src/ledger/transfers/stored-rows.ts'
import { type Role, roles } from '../../../src/screening/types.ts'
import { randomRuns } from '../../long.ts'
import { party, transfer, tx } from '../../screening/builders.ts'
import { chain, commit, freshChain, ref, screened } from '../fixtures.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const script = (before: string, length: number, after = '') =>
  bytes(length).map((middle) => Buffer.from(before + Buffer.from(middle).toString('hex') + after, 'hex'))
const keys: fc.Arbitrary<Key> = fc.oneof(
  bytes(20).map((each) => makeKey('evm', each)),
  fc
    .oneof(
      script('0014', 20),
      script('0020', 32),
      script('5120', 32),
      script('5102', 2),
      script('6028', 40),
      script('76a914', 20, '88ac'),
      script('a914', 20, '87'),
      script('21', 33, 'ac'),
      fc.uint8Array({ minLength: 0, maxLength: 60 }),
    )
    .map((each) => makeKey('bitcoin', each)),
  bytes(20).map((each) => makeKey('tron', each)),
)
const networks = fc.constantFrom('mainnet', 'testnet4', 'regtest' as const)

describe('a key and its address', () => {
  it('come back from what is stored as they were, whatever they are', () => {
    fc.assert(
      fc.property(keys, fc.oneof(fc.constant(null), fc.string()), networks, (key, other, network) => {
        const address = other ?? addressText(key, network)
        const stored = storedAddress(key, address)
        expect(keyOf(stored.key)).toBe(key)
        expect(addressOf(stored.key, stored.address)).toBe(address)
      }),
      { numRuns: randomRuns(500) },
    )
  })

  it('take as many bytes as the key has, and some more', () => {
    const size = (key: Key) => {
      const { key: stored, address } = storedAddress(key, addressText(key))
      return Buffer.byteLength(stored) + Buffer.byteLength(address ?? '')
    }
    expect(size(`evm:${'a1'.repeat(20)}`)).toBe(40)
    expect(size(`bitcoin:0014${'a1'.repeat(20)}`)).toBe(22 + 'bc1q*123456'.length)
  })
})

describe('a hash, a time, an id', () => {
  it('come back as they were, also where they are of another form', () => {
    const db = freshChain()
    const hashes = [`0x${'ab'.repeat(32)}`, 'ab'.repeat(32), `0x${'AB'.repeat(32)}`, '0x7', 'a7', '']
    const times = ['2023-11-14T22:14:44Z', '2023-11-14T22:14:44.5Z', '2026-01-01', 'never']
    for (const hash of hashes) {
      const { hash: stored, prefixed } = storedHash(hash)
      const sql = `select iif(typeof(?1) = 'blob', iif(?2, '0x', '') || lower(hex(?1)), ?1)`
      expect(db.prepare(sql).pluck().get({ 1: stored, 2: prefixed })).toBe(hash)
    }
    for (const time of times) {
      const sql = `select iif(typeof(?1) = 'integer', strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch'), ?1)`
      expect(
        db
          .prepare(sql)
          .pluck()
          .get({ 1: storedTime(time) }),
      ).toBe(time)
    }
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 20 - 1), (transactionId, n) => {
        expect(entryOf(entryId(transactionId, n))).toEqual({ transactionId, n })
      }),
    )
  })

  it('are looked up by the same bytes in SQL and here', () => {
    const db = new Database(':memory:')
    const statement = db.prepare(`select ${lookupHashSql('?1')}`).pluck()
    const ascii = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEFx:~ "\'') })
    fc.assert(
      fc.property(fc.oneof(keys, ascii), (text) => {
        expect(statement.get({ 1: text })).toEqual(lookupHash(text))
      }),
      { numRuns: randomRuns(500) },
    )
    db.close()
  })
})

describe('the rows of a transaction', () => {
  const everyRole = () => {
    const db = freshChain()
    const own = makeKey('evm', new Uint8Array(20).fill(9))
    const parties = roles.flatMap((role: Role, index) =>
      bases.map((basis, at) => ({
        ...party(makeKey('evm', new Uint8Array(20).fill(20 + index * 4 + at)), role),
        variants:
          basis === 'exact' ? [] : [{ key: makeKey('evm', new Uint8Array(20).fill(100 + at)), basis }],
      })),
    )
    const transfers = [
      transfer({ id: 'log:0', own, parties, asset: `erc721:0x${'c'.repeat(40)}:77:8`, amount: 2n ** 255n }),
      transfer({
        id: 'log:1',
        own,
        parties: [],
        direction: 'withdrawal',
        symbol: null,
        amount: 2n ** 63n - 1n,
        tags: ['dust'],
      }),
      transfer({ id: 'log:2', own, parties: [], amount: null, logs: 3, tags: ['undecoded'] }),
      transfer({ id: 'log:3', own, parties: [], amount: 0n, asset: 'native' }),
    ]
    const whole = { hash: `0x${'d'.repeat(64)}`, ownSigned: true, transfers }
    const all = { ...whole, parties: [{ ...party(own, 'initiator'), direction: 'withdrawal' as const }] }
    commit(db, [screened(ref(7), [tx(all)])])
    return { db, transfers, parties }
  }

  it('are in the views what they are for the program, in every role and on every basis', () => {
    const { db, transfers, parties } = everyRole()
    const rows = readTransfers(db, 1)
    expect(rows.map((row) => ({ transaction_id: 1, ...row }))).toEqual(
      all(db, 'select * from transfers order by id'),
    )
    expect(readParties(db, 1).map((row) => ({ transaction_id: 1, ...row }))).toEqual(
      all(db, 'select * from parties order by id'),
    )
    expect(rows.map(({ amount }) => amount)).toEqual(
      transfers.map(({ amount }) => amount?.toString() ?? null),
    )
    expect(rows.map(({ asset }) => asset)).toEqual(transfers.map(({ asset }) => asset))
    const named = new Set(all<{ role: string }>(db, 'select role from parties').map(({ role }) => role))
    expect([...named].sort()).toEqual([...roles].sort())
    const matched = all<{ basis: string }>(db, 'select distinct match_basis as basis from parties')
    expect(matched.map(({ basis }) => basis).sort()).toEqual([...bases].sort())
    expect(readParties(db, 1)).toHaveLength(
      parties.length + parties.filter(({ variants }) => variants.length > 0).length + 1,
    )
    expect(readTransaction(db, 1)).toMatchObject({
      hash: `0x${'d'.repeat(64)}`,
      chain: chain.id,
      own_signed: 1,
    })
  })

  it('hold numbers as integers, which take the fewest bytes', () => {
    const { db } = everyRole()
    const types = (table: string, ...columns: string[]) =>
      columns.map((column) =>
        all(db, `select distinct typeof(${column}) as type from ${table} where ${column} is not null`),
      )
    const integers = [{ type: 'integer' }]
    expect(types('party_rows', 'role', 'basis', 'transfer', 'direction')).toEqual(Array(4).fill(integers))
    expect(types('transaction_blocks', 'time', 'prefixed', 'height')).toEqual(Array(3).fill(integers))
    expect(types('lookups', 'epoch', 'kind', 'row')).toEqual(Array(3).fill(integers))
    expect(all(db, `select distinct typeof(amount) as type from transfer_rows order by 1`)).toEqual(
      ['integer', 'null', 'text'].map((type) => ({ type })),
    )
  })

  it('are found again in their block, and in no other', () => {
    const { db } = everyRole()
    expect([...readStoredBlock(db, chain.id, ref(7)).readings.keys()]).toEqual([`0x${'d'.repeat(64)}`])
    expect(readStoredBlock(db, chain.id, ref(7, 'b')).id).toBeNull()
    expect(readStoredBlock(db, 'another', ref(7)).id).toBeNull()
  })
})
