import { existsSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Db } from '../../src/ledger/database.ts'
import { openLedger, prepareLedger } from '../../src/ledger/open.ts'

let template: Buffer | undefined

/** A ledger that nothing was written to: migrated once in each worker, as all migrations take most of a short test's time. */
function emptyLedger(): Buffer {
  if (template === undefined) {
    const db = openLedger(':memory:')
    template = db.serialize()
    db.close()
  }
  return template
}

/** Puts a new ledger at a path, unless a file is there. */
export function placeLedger(path: string): void {
  if (!existsSync(path)) writeFileSync(path, emptyLedger(), { flag: 'wx' })
}

/**
 * Opens a ledger as `openLedger` does, a new one where there is none. Tests of migrations call `openLedger`.
 *
 * @param path a file, or `:memory:`
 */
export function openTestLedger(path: string): Db {
  if (path === ':memory:') return prepareLedger(new Database(emptyLedger()))
  placeLedger(path)
  return openLedger(path)
}
