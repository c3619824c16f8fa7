import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db, inTransaction, run } from '../../../src/ledger/database.ts'
import { addOwnAddresses, type OwnAddress } from '../../../src/ledger/own/own-addresses.ts'
import { bumpRevision, readRevisions } from '../../../src/ledger/revisions.ts'
import { hasLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { at, freshLedger } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'

const hexOf = (number: number) => String(number).padStart(40, '0')

function rows(from: number, to: number, step = 1): OwnAddress[] {
  const found: OwnAddress[] = []
  for (let number = from; number < to; number += step) {
    const hex = hexOf(number)
    const key: Key = `evm:${hex}`
    found.push({ key, address: `0x${hex}`, kind: 'deposit', reference: 'u', chain: '' })
  }
  return found
}

const mayHave = (index: ScreeningIndex, number: number) =>
  index.ownOn('ethereum').mayHaveEvm(`0x${hexOf(number)}`)
const has = (index: ScreeningIndex, number: number) => index.ownOn('ethereum').has(`evm:${hexOf(number)}`)

/** Loads in a connection of its own, and looks after every piece. */
async function load(db: Db, own: readonly OwnAddress[], look: () => void): Promise<void> {
  const looks = setInterval(look, 0)
  await addOwnAddresses(db, own, at)
  clearInterval(looks)
}

/** A load that ends as by a crash, once it has written some pieces. */
async function crash(db: Db, own: readonly OwnAddress[], look: () => void): Promise<void> {
  const { transaction } = db
  let pieces = 0
  db.transaction = ((work: () => unknown) => {
    // The mark, and three pieces.
    if (pieces++ >= 4) throw new Error('crashed')
    return transaction.call(db, work)
  }) as typeof transaction
  await expect(addOwnAddresses(db, own, at)).rejects.toThrow('crashed')
  db.transaction = transaction
  look()
  expect(hasLeftovers(db)).toBe(true)
}

function twoConnections() {
  const path = join(tempDir(), 'ledger.db')
  const [daemon, loader] = [freshLedger(path), freshLedger(path)]
  return { daemon, loader, index: new ScreeningIndex(daemon) }
}

/** One address in one transaction, without a load: it counts at once. */
function addDirectly(db: Db, number: number): void {
  inTransaction(db, () => {
    run(
      db,
      `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision)
       select ?, '', cast(value as integer), 'text', 'deposit', '', ?, ? from meta where key = 'own_load'`,
      ...[`evm:${hexOf(number)}`, at, readRevisions(db).own + 1],
    )
    bumpRevision(db, 'own')
  })
}

describe('own addresses that are being loaded', () => {
  it('are read before they count, are own only when they do, and then all are there', async () => {
    const { loader, index } = twoConnections()
    let early = 0
    await load(loader, rows(0, 3_000), () => {
      index.readAhead(700)
      if (mayHave(index, 0) && !has(index, 0)) early++
    })
    expect(early).toBeGreaterThan(0)
    index.refresh()
    expect(index.revisions.own).toBe(1)
    for (let number = 0; number < 3_000; number++) expect(mayHave(index, number)).toBe(true)
    expect(has(index, 2_999)).toBe(true)
    expect(index.readAhead()).toBe(false)
  })

  it('are none of those that a load left that crashed: what another one adds in its place is read whole', async () => {
    const { loader, index } = twoConnections()
    await crash(loader, rows(0, 4_000, 2), () => {
      while (index.readAhead(500));
    })
    expect(mayHave(index, 1_000)).toBe(true)
    // Of the same revision, with keys before those that were read.
    let looks = 0
    await load(loader, rows(1, 4_000, 2), () => {
      if (looks++ % 2 === 0) index.readAhead(300)
    })
    index.refresh()
    expect(index.revisions.own).toBe(1)
    for (let number = 1; number < 4_000; number += 2) expect(mayHave(index, number)).toBe(true)
    expect([has(index, 1_000), has(index, 1_001)]).toEqual([false, true])
  })

  it.each([true, false])(
    'are all there where the daemon adds one of its own meanwhile (and is read at once: %s)',
    async (atOnce) => {
      const { daemon, loader, index } = twoConnections()
      let added = false
      await load(loader, rows(0, 3_000, 2), () => {
        index.readAhead(500)
        if (added) return
        added = true
        addDirectly(daemon, 1_501)
        if (atOnce) index.refresh()
      })
      expect(added).toBe(true)
      index.refresh()
      expect(index.revisions.own).toBe(2)
      for (let number = 0; number < 3_000; number += 2) expect(mayHave(index, number)).toBe(true)
      expect([has(index, 1_501), mayHave(index, 1_501), mayHave(index, 1_503)]).toEqual([true, true, false])
      const revisions = all(daemon, 'select revision, count(*) as n from own_addresses group by revision')
      expect(revisions).toEqual([
        { revision: 1, n: 1 },
        { revision: 2, n: 1_500 },
      ])
    },
  )

  it('come to count also where the daemon adds one of its own between any two of their pieces', async () => {
    const { daemon, loader, index } = twoConnections()
    let added = 0
    await load(loader, rows(0, 3_000), () => addDirectly(daemon, 10_000 + added++))
    index.refresh()
    for (let number = 0; number < 3_000; number++) expect(mayHave(index, number)).toBe(true)
    const { revisions } = index
    expect(all(daemon, 'select count(*) as n from own_addresses where revision = ?', revisions.own)).toEqual([
      { n: 3_000 },
    ])
    expect(revisions.own).toBe(added + 1)
  })

  it('are there also where several loads came between two looks', async () => {
    const { loader, index } = twoConnections()
    await load(loader, rows(0, 1_500), () => void index.readAhead(400))
    await addOwnAddresses(
      loader,
      [...rows(1_500, 1_600), ...rows(0, 10).map((row) => ({ ...row, reference: 'new' }))],
      at,
    )
    await addOwnAddresses(loader, rows(1_600, 1_700), at)
    index.refresh()
    expect(index.revisions.own).toBe(3)
    for (let number = 0; number < 1_700; number++) expect(mayHave(index, number)).toBe(true)
  })
})
