import { describe, expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { all, type Db, inTransaction, run } from '../../src/ledger/database.ts'
import { pieceRows } from '../../src/ledger/in-pieces.ts'
import { putVersion } from '../../src/ledger/lists/entry-versions.ts'
import { putVariants } from '../../src/ledger/lists/list-variants.ts'
import { addRescreenItem, stageRescreen } from '../../src/ledger/lists/rescreens.ts'
import { putSnapshotChange } from '../../src/ledger/lists/snapshot-changes.ts'
import { hasLeftovers, sweepLeftovers } from '../../src/ledger/sweep-leftovers.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm } from '../screening/builders.ts'
import { at, dump, freshLedger } from './fixtures.ts'
import { changesOfEach, untilCrash } from './pieces.ts'

const many = 1_700
const saying = {
  address: 'x',
  assets: '[]',
  subject: null,
  subject_ids: '[]',
  programs: '[]',
  listed_on: null,
  removed_on: null,
}

function scene(): Db {
  const db = freshLedger()
  activateList(db, [evm('1'), evm('2')], 'list')
  return db
}

function leaveSnapshot(db: Db): void {
  inTransaction(db, () => {
    const { id } = run(
      db,
      `insert into list_snapshots (list_id, sha256, format, parser, state, bytes, counts, imported_at)
       values ('list', 'ab', 'csv', 1, 'staging', 1, '{}', ?)`,
      at,
    )
    for (let row = 0; row < many; row++) {
      run(
        db,
        `insert into list_unparsed (list_id, snapshot, parser, location, raw, asset, reason)
         values ('list', 'ab', 1, ?, 'x', null, 'no address')`,
        `row ${row}`,
      )
      const key: Key = `evm:${row}`
      putVariants(db, key, null)
      putSnapshotChange(db, { id, list_id: 'list' }, key, { key, ...saying, published_by: null })
    }
    run(
      db,
      `insert into list_unparsed (list_id, snapshot, parser, location, raw, asset, reason)
       values ('list', 'of another', 1, 'row 1', 'x', null, 'no address')`,
    )
  })
}

function leaveChanges(db: Db): void {
  inTransaction(db, () => {
    const load = stageRescreen(db, { kind: 'list', listId: 'list', at })
    for (let row = 0; row < many; row++) {
      const key: Key = `evm:${String(row).padStart(40, '0')}`
      putVariants(db, key, null)
      putVersion(db, 'list', load, { key, ...saying, first_seen: '2020-01-01', intervals: [] })
      addRescreenItem(db, load, { listId: 'list', key, change: 'added' })
    }
  })
}

function leaveOwn(db: Db): void {
  inTransaction(db, () => {
    run(db, `insert into meta (key, value) values ('own_loading', 'mark')`)
    for (let row = 0; row < many; row++) {
      run(
        db,
        `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision)
         values (?, '', ?, 'x', 'hot', '', ?, 1)`,
        // Every second one counts.
        ...[`evm:${String(row).padStart(40, '0')}`, row % 2, at],
      )
    }
  })
}

describe('what a crash left of a load', () => {
  it.each([
    ['a snapshot, and what could not be read of it', leaveSnapshot],
    ['changes of a list', leaveChanges],
    ['own addresses', leaveOwn],
  ])('is taken away a few rows at a time: %s', async (_what, leave) => {
    const db = scene()
    leave(db)
    expect(hasLeftovers(db)).toBe(true)
    const changes = changesOfEach(db)
    await sweepLeftovers(db)
    expect(Math.max(...changes)).toBeLessThanOrEqual(pieceRows)
    expect(hasLeftovers(db)).toBe(false)
    expect(all(db, 'select key from list_rows')).toHaveLength(2)
    expect(all(db, 'select key from snapshot_entries')).toHaveLength(2)
    expect(all(db, 'select snapshot from list_unparsed')).toEqual(
      leave === leaveSnapshot ? [{ snapshot: 'of another' }] : [],
    )
    expect(all(db, 'select load, count(*) as n from own_rows group by load')).toEqual(
      leave === leaveOwn ? [{ load: 0, n: many / 2 }] : [],
    )
    expect(all(db, 'select key from rescreen_entries')).toHaveLength(2)
  })

  it('may be swept in part before the next crash', async () => {
    for (const leave of [leaveSnapshot, leaveChanges, leaveOwn]) {
      const [whole, crashing] = [scene(), scene()]
      for (const db of [whole, crashing]) leave(db)
      await sweepLeftovers(whole)
      let crashes = 0
      // Each time one transaction farther.
      while (!(await untilCrash(crashing, 1, () => sweepLeftovers(crashing)))) crashes++
      expect(crashes).toBeGreaterThan(0)
      expect(dump(crashing)).toEqual(dump(whole))
    }
  })
})
