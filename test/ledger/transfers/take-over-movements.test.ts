import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { nextRegrade } from '../../../src/ledger/alerts/regrades.ts'
import { all, one } from '../../../src/ledger/database.ts'
import { migrations, schemaVersion } from '../../../src/ledger/migrate.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { tempDir } from '../../temp.ts'
import { freshLedger } from '../fixtures.ts'
import { addFunctions } from '../old-database.ts'
import { formerDatabase, formerVersion, movementsOf } from './former-movements.ts'

const transactions = 2_500
const made = new Map<number, Buffer>()

/** A copy of its own for each test: to make one takes long. */
function former(count = transactions): string {
  const bytes = made.get(count) ?? readFileSync(formerDatabase(count))
  made.set(count, bytes)
  const path = join(tempDir(), 'ledger.db')
  writeFileSync(path, bytes)
  return path
}

function movementsIn(path: string) {
  const db = new Database(path, { readonly: true })
  const movements = movementsOf(db)
  db.close()
  return movements
}

describe('a database of before compact rows', () => {
  it('has the same movements in its views, under the same ids of transactions', () => {
    const path = former()
    const expected = movementsIn(path)
    expect(expected.transactions?.rows).toBe(transactions)
    const db = freshLedger(path)
    expect(movementsOf(db)).toEqual(expected)
    expect(db.pragma('foreign_key_check')).toEqual([])
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(all(db, `select name from sqlite_schema where type = 'trigger' and name like '%moving'`)).toEqual(
      [],
    )
  })

  it('tells how far it is while it is brought up to date', () => {
    const path = former()
    const told: number[] = []
    openLedger(path, { create: false, onProgress: (_name, done, total) => told.push(done, total) }).close()
    expect(told).toEqual([1_000, transactions, 2_000, transactions, transactions, transactions])
  })

  it('goes over all rows again in the jobs that are not done, and writes no event twice', () => {
    const db = freshLedger(former(100))
    const last = one<{ id: number }>(db, 'select max(id) as id from parties')?.id
    const jobs = all(
      db,
      `select parties_to as partiesTo, position_stage as stage, position_variant as variant, position_row as row,
         position_alert as alert from rescreens where state = 'pending' order by id`,
    )
    expect(jobs).toEqual([
      { partiesTo: last, stage: 'match', variant: 0, row: 0, alert: null },
      { partiesTo: last, stage: 'events', variant: null, row: null, alert: 'abc' },
    ])
    const transfers = one<{ id: number }>(db, 'select max(id) as id from transfers')?.id ?? 0
    expect(nextRegrade(db)).toMatchObject({ position: { stage: 'transfers', transfer: 0 } })
    expect(nextRegrade(db)?.transfersTo).toBe(transfers)
    expect(
      all(
        db,
        'select position_stage, position_height, position_tx, position_alert from regrades where id = 2',
      ),
    ).toEqual([{ position_stage: 'alerts', position_height: 7, position_tx: '0x1', position_alert: null }])
  })

  it('takes no movements of a program of before while it is brought up to date, and is read by queries', () => {
    const path = former(100)
    const db = new Database(path)
    addFunctions(db)
    const next = migrations().find(({ version }) => version === formerVersion + 1)
    db.exec(next?.sql() ?? '')
    const refused = 'the ledger is being brought up to date'
    for (const sql of [
      `insert into transactions values (101, 'e', '0x1', 1, '0x2', '2026-01-01', 0, 0)`,
      'update transactions set orphaned = 1 where id = 3',
      `update transfers set symbol = 'Y' where transaction_id = 3`,
      `insert into parties values (9999, 1, null, null, 'named', 'k', 'k', 'k', 'exact')`,
    ]) {
      expect(() => db.exec(sql), sql).toThrow(refused)
    }
    expect(db.prepare('select count(*) from transfer_parties').pluck().get()).toBeGreaterThan(100)
    db.close()
  })

  it('goes on where another process stopped, or was faster', () => {
    const path = former()
    const expected = movementsIn(path)
    let stops = 0
    const stopAfter = (calls: number) => () => {
      if (++stops === calls) throw new Error('stopped')
    }
    expect(() => openLedger(path, { create: false, onProgress: stopAfter(1) })).toThrow('stopped')
    const half = new Database(path, { readonly: true })
    expect(schemaVersion(half)).toBe(formerVersion + 1)
    expect(movementsOf(half)).toEqual(expected)
    half.close()
    let inner = 0
    const both = openLedger(path, {
      create: false,
      onProgress: () => {
        if (inner++ === 0) openLedger(path, { create: false }).close()
      },
    })
    expect(movementsOf(both)).toEqual(expected)
    both.close()
  })
})
