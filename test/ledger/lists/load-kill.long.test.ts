import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { all, type Db } from '../../../src/ledger/database.ts'
import { addOwnAddresses, countOwnAddresses, type OwnAddress } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { hasLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { sweepAtStart } from '../../../src/ledger/while-loading.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { csvList } from '../../lists/list-server.ts'
import { evm } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'
import { at, dump, freshLedger } from '../fixtures.ts'

const child = fileURLToPath(new URL('./load-kill-child.mjs', import.meta.url))

/** @returns whether it came to its end before the statement. */
function loadUntil(path: string, what: 'own' | 'list', killAt: number): boolean {
  const { status, signal, stderr } = spawnSync(process.execPath, [child, path, what, String(killAt)])
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`it ended with ${status}: ${stderr}`)
  return status === 0
}

/**
 * Kills at these statements, one after the other; at least one must have been in the middle of writing pieces. Before those
 * comes one statement for each row: a list is sorted in a temporary table first.
 */
function inTheMiddle(db: Db, kills: boolean[]): void {
  expect(kills).toContain(false)
  expect(hasLeftovers(db)).toBe(true)
}

const csv = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const states = (db: Db) => all(db, 'select state from list_snapshots order by id')

describe('a snapshot whose staging is killed', () => {
  function setUp() {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    writeFileSync(`${path}.csv`, csvList(2_000))
    const small = join(tempDir(), 'small.csv')
    writeFileSync(small, csvList(30))
    return { path, db, importSmall: () => importList(db, csv, { path: small }, { approve: false, at }) }
  }

  it('is swept by the next import, also of another file, and leaves nothing', async () => {
    const { path, db, importSmall } = setUp()
    await importSmall()
    const before = dump(db)
    inTheMiddle(
      db,
      [2_700, 3_500].map((killAt) => loadUntil(path, 'list', killAt)),
    )
    expect(states(db)).toEqual([{ state: 'active' }, { state: 'staging' }])
    await importSmall()
    // A form without an entry is met by nobody; those are only ever added.
    const { list_checks: _, list_keys: __, list_numbers: ___n, ...after } = dump(db)
    const { list_checks: ___, list_keys: ____, list_numbers: ____n, ...expected } = before
    expect(after).toEqual(expected)
  })

  it('is swept at the next start, and is whole when it is loaded again', async () => {
    const { path, db } = setUp()
    inTheMiddle(db, [loadUntil(path, 'list', 3_200)])
    await sweepAtStart(db)
    expect(states(db)).toEqual([])
    expect(all(db, 'select * from snapshot_entries')).toEqual([])
    inTheMiddle(db, [loadUntil(path, 'list', 3_200)])
    expect(loadUntil(path, 'list', 0)).toBe(true)
    expect(states(db)).toEqual([{ state: 'active' }])
    expect(all(db, 'select count(*) as n from snapshot_entries')).toEqual([{ n: 2_000 }])
  })
})

describe('a list whose changes are killed while they are written', () => {
  const seen = (db: Db) => ({
    entries: all(db, 'select * from list_entries order by key'),
    intervals: all(db, 'select * from list_intervals order by key, "from"'),
    jobs: all(db, `select kind, revision, state from rescreens where state != 'staging' order by id`),
    active: all(db, `select sha256 from list_snapshots where state = 'active'`),
    revisions: readRevisions(db),
  })

  it('is as it was or as it is to be, at whichever statement', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    writeFileSync(`${path}.csv`, csvList(700))
    expect(loadUntil(path, 'list', 0)).toBe(true)
    const before = seen(db)
    // Every entry says something else, and 350 more come in.
    writeFileSync(`${path}.csv`, csvList(1_050, 'Another'))
    let [reached, killAt] = [0, 2_500]
    for (; !loadUntil(path, 'list', killAt); killAt += 997) {
      expect(seen(db)).toEqual(before)
      if (all(db, 'select 1 from list_rows where load > 1').length > 0) reached++
    }
    expect(reached).toBeGreaterThan(1)
    expect(hasLeftovers(db)).toBe(false)
    expect(all(db, 'select load, count(*) as n from list_rows group by load')).toEqual([
      { load: 1, n: 700 },
      { load: 2, n: 1_050 },
    ])
    const after = seen(db)
    expect(after.entries).toHaveLength(1_050)
    expect(after.entries.every((entry) => /Another/.test((entry as { subject: string }).subject))).toBe(true)
    expect(after.revisions).toEqual({ list: 2, own: 0 })
    expect(after.jobs).toEqual([...before.jobs, { kind: 'list', revision: 2, state: 'pending' }])
  })
})

describe('a load of own addresses that is killed', () => {
  const known: OwnAddress = { key: evm('0'), address: 'text', kind: 'hot', reference: 'old', chain: '' }
  const rows = Array.from({ length: 1_100 }, (_, index): OwnAddress => {
    const hex = String(index).padStart(40, '0')
    return { key: `evm:${hex}`, address: `0x${hex}`, kind: 'deposit', reference: `u${index}`, chain: '' }
  })
  const seen = (db: Db) => ({
    own: all(db, 'select key, kind, reference, revision from own_addresses order by key'),
    count: countOwnAddresses(db),
    revisions: readRevisions(db),
    jobs: all(db, 'select kind, revision from rescreens'),
  })

  it('leaves the old state or the new one, at whichever statement', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    await addOwnAddresses(db, [known], at)
    writeFileSync(`${path}.own.json`, JSON.stringify(rows))
    const before = seen(db)
    let reached = 0
    // Staging in the temporary table takes the first 1,100 and some; pieces, and the step that makes them count, follow.
    for (let killAt = 1_116; !loadUntil(path, 'own', killAt); killAt += 12) {
      expect(seen(db)).toEqual(before)
      if (hasLeftovers(db)) reached++
    }
    expect(reached).toBeGreaterThan(1)
    expect(hasLeftovers(db)).toBe(false)
    expect(seen(db)).toMatchObject({ count: 1_100, revisions: { own: 2 } })
    expect(seen(db).own[0]).toEqual({ key: known.key, kind: 'deposit', reference: 'u0', revision: 1 })
    expect(all(db, 'select distinct load from own_rows order by load')).toEqual([{ load: 1 }, { load: 2 }])
  }, 600_000)
})
