import { expect, it } from 'vitest'
import type { OwnFileConfig } from '../../../src/config/own-sources.ts'
import { all } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses, type GivenOwn, retireOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { removeOwnAddresses } from '../../../src/ledger/own/remove-own.ts'
import { loadFromSource } from '../../../src/own/sources/load.ts'
import { address, watched } from './fixtures.ts'

const own = (n: number, reference: string): GivenOwn => ({
  ...{ key: `evm:${address(n).slice(2)}`, address: address(n), kind: 'deposit', reference, chain: '' },
})

/** Loads addresses from a source, while `meanwhile` happens behind the last of them. */
async function load(
  addresses: GivenOwn[],
  meanwhile: (db: ReturnType<typeof watched>['db']) => Promise<unknown>,
) {
  const { db, chains, clock } = watched([])
  await addOwnAddresses(db, [own(1, 'a'), own(2, 'b')], clock.now)
  const writer = openLedger(db.name)
  const source: OwnFileConfig = { id: 'wallets', type: 'file', file: '/nonexistent', lookbackMs: 0 }
  async function* staged() {
    yield* addresses
    await meanwhile(db)
  }
  const look = { db, writer, chains, at: clock.now, signal: new AbortController().signal }
  const read = () => ({
    ...{ id: 'wallets', type: 'file' as const, identity: 'x', position: null, wholeAt: null },
    ...{ sha256: 'y', at: clock.now, untaken: [], after: null, unreadSince: clock.now },
  })
  const counts = await loadFromSource(look, source, staged(), read)
  writer.close()
  const rows = all(
    db,
    'select reference, retired_at is not null as retired, removed_at is not null as removed from own_addresses order by key',
  )
  return { counts, rows }
}

it('an address that is removed while a source that names it is read stays removed', async () => {
  const { counts, rows } = await load([own(1, 'a2'), own(2, 'b'), own(3, 'c')], (db) =>
    removeOwnAddresses(db, [own(1, '').key], {
      actor: 'A. Person',
      note: null,
      at: '2026-03-01T12:00:00.000Z',
    }),
  )
  expect(counts).toEqual({ added: 1, changed: 0 })
  expect(rows).toEqual([
    { reference: 'a', retired: 0, removed: 1 },
    { reference: 'b', retired: 0, removed: 0 },
    { reference: 'c', retired: 0, removed: 0 },
  ])
})

it('an address that is retired stays so where a source gives it another reference', async () => {
  const { counts, rows } = await load([own(1, 'a2'), own(2, 'b')], (db) =>
    retireOwnAddresses(db, [own(1, '').key, own(2, '').key], '2026-03-01T12:00:00.000Z'),
  )
  expect(counts).toEqual({ added: 0, changed: 1 })
  expect(rows).toEqual([
    { reference: 'a2', retired: 1, removed: 0 },
    { reference: 'b', retired: 1, removed: 0 },
  ])
})
