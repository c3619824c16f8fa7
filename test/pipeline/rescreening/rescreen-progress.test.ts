import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { addRescreen } from '../../../src/ledger/lists/rescreens.ts'
import { rescreen } from '../../../src/pipeline/rescreening/rescreen.ts'
import { at, freshLedger } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'
import { activateList } from '../fixtures.ts'

const keys = (count: number) =>
  Array.from({ length: count }, (_, index): Key => `evm:${String(index).padStart(40, '0')}`)

/** A ledger with a job over a list's entries, and one over all entries, and how often these were counted. */
function scene() {
  const path = join(tempDir(), 'ledger.db')
  activateList(freshLedger(path), keys(30))
  let counted = 0
  const db: Db = new Database(path, {
    verbose: (sql) => {
      if (/count\(\*\).* from .*(entry_versions|rescreen_items)/.test(String(sql))) counted++
    },
  })
  onTestFinished(() => void db.close())
  addRescreen(db, { kind: 'own', listId: null, revision: 1, whole: true, at })
  return { db, counted: () => counted }
}

describe('the progress of a re-screen', () => {
  it('counts what a job has to do once, however often it is told', async () => {
    const { db, counted } = scene()
    const told: string[] = []
    await rescreen(db, {
      now: () => at,
      budgetMs: 0,
      progressMs: 0,
      onProgress: ({ done, total }) => told.push(`${done}/${total}`),
    })
    const parts = (total: number) => Array.from({ length: 29 }, (_, index) => `${index + 1}/${total}`)
    // Of both jobs, then of the second one, then of none.
    expect(told).toEqual([...parts(60), '0/30', ...parts(30), '0/0'])
    expect(counted()).toBe(2)
  })

  it('is not told, and counts nothing, where the work is done before anyone looks', async () => {
    const { db, counted } = scene()
    await rescreen(db, { now: () => at, progressMs: 60_000, onProgress: () => expect.fail('it was told') })
    expect(counted()).toBe(0)
  })
})
