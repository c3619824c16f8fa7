import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/ledger/database.ts'
import { listHealth } from '../../src/ledger/lists/list-health.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { importList, type ListSource } from '../../src/lists/import-list.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'

const source: ListSource = {
  id: 'l',
  format: 'csv',
  maxAgeSeconds: 72 * 3600,
  maxRemoved: 0.05,
  origin: 'file',
}
const day = (number: number) => new Date(Date.UTC(2026, 0, number)).toISOString()

function scene() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  const path = join(dir, 'list.csv')
  const load = (content: string, on: number, more: Partial<ListSource> & { byHand?: boolean } = {}) => {
    const { byHand = false, ...fields } = more
    writeFileSync(path, content)
    // A copy is as new as it was made.
    utimesSync(path, new Date(day(on)), new Date(day(on)))
    return importList(db, { ...source, ...fields }, { path }, { approve: false, byHand, at: day(on) })
  }
  return { db, load }
}

const ageOn = (db: Db, on: number) => (listHealth(db, null, day(on))[0]?.ageSeconds ?? -1) / 86_400

describe('a list that is a file', () => {
  it('is as old as its bytes, also where it is copied and read again each day', async () => {
    const { db, load } = scene()
    for (const on of [1, 2, 3, 4, 5]) await load(csvList(30), on)
    expect(findList(db, 'l')?.checked_at).toBe(day(5))
    expect(ageOn(db, 5)).toBe(4)
    expect(listHealth(db, null, day(5))).toMatchObject([{ state: 'stale' }])
    await load(csvList(31), 6)
    expect(ageOn(db, 7)).toBe(1)
    // What was active before is in its place again.
    await load(csvList(30), 8)
    expect(ageOn(db, 9)).toBe(1)
  })

  it('is as old as the version that was approved had waited', async () => {
    const { db, load } = scene()
    await load(csvList(30), 1)
    const { sha256 } = await load(csvList(15), 3)
    await approveSnapshot(db, 'l', sha256, day(5))
    expect(ageOn(db, 6)).toBe(3)
  })

  it('is no younger for being fetched from now on, until it was', async () => {
    const { db, load } = scene()
    await load(csvList(30), 1)
    await load(csvList(30), 3)
    await load('no list', 4, { origin: 'url' }).catch(() => {})
    expect([ageOn(db, 4), findList(db, 'l')?.origin]).toEqual([3, 'url'])
  })
})

describe('a list that is fetched', () => {
  it('is not asked for by a file that somebody brings', async () => {
    const { db, load } = scene()
    await load(csvList(30), 1, { origin: 'url' })
    await load(csvList(31), 3, { origin: 'url', byHand: true })
    expect(ageOn(db, 4)).toBe(3)
    const never = scene()
    await never.load(csvList(30), 1, { origin: 'url', byHand: true })
    expect(listHealth(never.db, null, day(1))).toMatchObject([
      { state: 'stale', problem: 'list l was never checked' },
    ])
  })
})
