import { expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { all, type Db, run } from '../../src/ledger/database.ts'
import { addOwnAddresses, keysOfReference, ownAddressPage } from '../../src/ledger/own/own-addresses.ts'
import { commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { own, transfer, tx } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

/** What SQLite says of each statement that is prepared from now on: how it finds its rows. */
function plansOf(db: Db): () => string[] {
  const prepare = db.prepare.bind(db)
  const seen: string[] = []
  db.prepare = ((sql: string) => {
    seen.push(sql)
    return prepare(sql)
  }) as typeof db.prepare
  return () =>
    seen
      .splice(0)
      .filter((sql) => /^\s*select/.test(sql))
      .flatMap((sql) => {
        const parameters = Math.max(
          (sql.match(/\?(?!\d)/g) ?? []).length,
          ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)),
        )
        const values = Array.from({ length: parameters }, () => null)
        const named = /\?\d/.test(sql)
          ? [Object.fromEntries(values.map((value, index) => [index + 1, value]))]
          : values
        return prepare(`explain query plan ${sql}`)
          .all(...named)
          .map((row) => (row as { detail: string }).detail)
      })
}

it('a filter by address or reference is a look-up, however many own addresses and transfers there are', async () => {
  const context = servedContext()
  const { db } = context
  const token = tokenOf(db, ['read', 'own'])
  await addOwnAddresses(
    db,
    [{ key: own, address: `0x${'a'.repeat(40)}`, kind: 'hot', reference: 'u-1', chain: '' }],
    context.now(),
  )
  commit(db, [screened(ref(7), [tx({ transfers: [transfer()] })])])
  const ask = await askerOf(context)
  const plans = plansOf(db)
  const address = `0x${'a'.repeat(40)}`
  const found = async (path: string) => (await ask(`GET ${path}`, { token })).body.data.length
  expect(await found(`/v1/own-addresses?address=${address}`)).toBe(1)
  expect(plans()).toContain('SEARCH r USING PRIMARY KEY (key=?)')
  expect(await found('/v1/own-addresses?reference=u-1')).toBe(1)
  expect(plans().join()).toContain('SEARCH r USING INDEX own_rows_by_reference (reference=?')
  expect(await found(`/v1/transfers?address=${address}`)).toBe(1)
  const byAddress = plans()
  expect(byAddress).toContain('SEARCH l USING PRIMARY KEY (epoch=? AND hash=? AND kind=? AND row<?)')
  expect(byAddress.filter((detail) => /\(tx<\?\)|^SCAN (?!(k|json_each) VIRTUAL)/.test(detail))).toEqual([])
  expect(await found('/v1/transfers?reference=u-1')).toBe(1)
  expect(plans().join()).toContain('SEARCH r USING INDEX own_rows_by_reference (reference=?')
})

it('own addresses without a reference are found among themselves, and by none', async () => {
  const { db, now } = servedContext()
  const rows = ['1', '2', '3'].map((digit) => ({
    key: `evm:${digit.repeat(40)}` as Key,
    address: digit,
    kind: 'deposit' as const,
    reference: digit === '3' ? 'u-3' : '',
    chain: '',
  }))
  await addOwnAddresses(db, rows, now())
  const addresses = (reference: string | null) =>
    ownAddressPage(db, { key: null, reference }, null, 10).map(({ address }) => address)
  expect([addresses(null), addresses(''), addresses('u-3'), addresses('u-4')]).toEqual([
    ['1', '2', '3'],
    ['1', '2'],
    ['3'],
    [],
  ])
  expect(keysOfReference(db, 'u-3')).toEqual([rows[2]?.key])
})

it('coverage of a height is looked up by chain and kind, and its readings are paged to the last', async () => {
  const context = servedContext()
  const { db } = context
  commit(db, [screened(ref(1), [listedDeposit('0x1')])])
  const put = db.prepare(
    `insert into coverage (chain, kind, from_height, to_height, level, list_revision, own_revision, seed, digest, last_hash, updated_at)
     values ('ethereum', 'replay', ?1, ?1, 'full', 1, 0, '', '', '', '')`,
  )
  run(db, 'begin')
  for (let height = 10; height < 10_110; height++) put.run({ 1: height })
  run(db, 'commit')
  const token = tokenOf(db, ['read'])
  const ask = await askerOf(context)
  const plans = plansOf(db)
  const seen: number[] = []
  let next: string | null = ''
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`
    const { body } = await ask(`GET /v1/coverage/ethereum?limit=4000${cursor}`, { token })
    seen.push(...body.readings.map(({ id }: { id: number }) => id))
    next = body.next
  }
  const ids = all<{ id: number }>(db, 'select id from coverage order by id').map(({ id }) => id)
  expect(ids).toHaveLength(10_101)
  expect(seen).toEqual(ids)
  expect(plans()).toContain(
    'SEARCH coverage USING INDEX coverage_by_chain (chain=? AND kind=? AND to_height>?)',
  )
})
