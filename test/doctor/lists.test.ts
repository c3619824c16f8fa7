import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { inTransaction, run } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { tempDir } from '../temp.ts'

const at = '2026-01-02T00:00:00.000Z'

/** Counts the statements that run from now on, on any connection, and the rows that they return. */
function countWork(): { statements: number; rows: number } {
  const work = { statements: 0, rows: 0 }
  const prepare = Database.prototype.prepare
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql) as Database.Statement<unknown[]>
    const { all, get } = statement
    statement.all = (...values: unknown[]) => {
      const rows = all.apply(statement, values)
      work.statements++
      work.rows += rows.length
      return rows
    }
    statement.get = (...values: unknown[]) => {
      work.statements++
      work.rows++
      return get.apply(statement, values)
    }
    return statement
  })
  return work
}

/** What a doctor's look at a config of so many lists costs. */
async function costOf(lists: number) {
  const dir = tempDir()
  const database = join(dir, 'doctor.db')
  const ids = Array.from({ length: lists }, (_, index) => `list-${index}`)
  const db = openLedger(database)
  inTransaction(db, () => {
    for (const id of ids)
      run(
        db,
        `insert into lists (id, format, category, active_snapshot, activated_at, checked_at, content_since)
         values (?, 'csv', 'own-list', ?, ?, ?, ?)`,
        ...[id, id, at, at, at],
      )
  })
  db.close()
  const config = configSchema.parse({
    database,
    lists: ids.map((id) => ({ id, format: 'csv', url: 'https://lists.example/list.csv' })),
    chains: [],
  })
  const work = countWork()
  const checkups = await examine(config, at)
  vi.restoreAllMocks()
  const found = checkups.filter(({ what }) => what.startsWith('list list-'))
  expect(found).toHaveLength(lists)
  return { ...work }
}

describe('the doctor, with many lists', () => {
  afterEach(() => vi.restoreAllMocks())

  it('does as much for each list, however many there are', async () => {
    const [ten, twenty, thirty] = [await costOf(10), await costOf(20), await costOf(30)]
    expect(thirty.statements - twenty.statements).toBe(twenty.statements - ten.statements)
    expect(thirty.rows - twenty.rows).toBe(twenty.rows - ten.rows)
    expect(ten.rows).toBeGreaterThan(10)
  })
})
