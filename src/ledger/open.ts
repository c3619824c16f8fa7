import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createPrivate, type Db, databaseError } from './database.ts'
import { migrate, migrations, refuseNewer, schemaVersion } from './migrate.ts'
import { addVariantsFunction } from './own/own-variants.ts'
import type { OnProgress } from './transfers/take-over-movements.ts'

/** How long SQLite waits where somebody else migrates the schema, or recovers the log of writes. */
const openingMs = 30_000

/** For the write lock it hardly waits, since that keeps the thread: who writes takes turns, and tries again (see `inTurn`). */
const writingMs = 100

/**
 * Opens the ledger for writing, and brings its schema up to date.
 *
 * @param options.create make the file where there is none.
 * @param options.onProgress called while a large database is brought up to date, which may take minutes.
 * @throws `usage` where it is a folder, `database` when it can't be opened or written, or has several names,
 * `database-newer` when it is of a newer program.
 */
export function openLedger(
  path: string,
  options: { create: boolean; onProgress?: OnProgress } = { create: true },
): Db {
  refuseFolder(path)
  if (!options.create) refuseMissing(path)
  refuseSeveralNames(path)
  return guarded(path, () => {
    if (options.create) createPrivate(path)
    return prepareLedger(new Database(path), options.onProgress)
  })
}

/**
 * Makes an open database a ledger: sets how the connection works, and brings the schema up to date.
 *
 * @throws `database-newer` when it is of a newer program; it is closed then, as after any other error.
 */
export function prepareLedger(db: Db, onProgress?: OnProgress): Db {
  return configured(db, () => {
    refuseNewer(db)
    db.pragma('journal_mode = WAL')
    // FULL: a commit that was reported stays, also when the power goes.
    db.pragma('synchronous = FULL')
    addVariantsFunction(db)
    migrate(db, onProgress)
    db.pragma(`busy_timeout = ${writingMs}`)
  })
}

/**
 * Opens an existing database for reading only. Close it with `close()`.
 *
 * @throws ChainscreenError `database` if it is missing, damaged, or has an older schema, which `init` brings up to date;
 * `database-newer` if a later version wrote it.
 * @example
 * const db = openLedgerForReading('chainscreen.db')
 */
export function openLedgerForReading(path: string): Db {
  refuseFolder(path)
  refuseMissing(path)
  refuseSeveralNames(path)
  return guarded(path, () => {
    const db = new Database(path, { readonly: true, fileMustExist: true })
    return configured(db, () => {
      refuseNewer(db)
      const version = schemaVersion(db)
      if (version === 0)
        throw new ChainscreenError('database', `${path} is empty: run \`chainscreen init\` first.`)
      if (version < (migrations().at(-1)?.version ?? 0))
        throw new ChainscreenError(
          'database',
          `${path} has the older schema version ${version}: \`chainscreen init\` brings it up to date.`,
        )
    })
  })
}

function configured(db: Db, setUp: () => void): Db {
  try {
    db.pragma(`busy_timeout = ${openingMs}`)
    db.pragma('foreign_keys = ON')
    setUp()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function refuseMissing(path: string): void {
  if (existsSync(path)) return
  throw new ChainscreenError('database', `There is no database at ${path}: \`chainscreen init\` creates it.`)
}

/** SQLite would say no more than that it can't open it. */
function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return
  throw new ChainscreenError('usage', `${path} is a folder: name the database's file.`)
}

/**
 * The write-ahead log and the locks stand beside each name of a file: through two hard links, two programs write without
 * heeding each other, and whoever reads does not see what the other wrote
 * (https://www.sqlite.org/howtocorrupt.html, "Multiple links to the same file"). Symbolic links are followed to the one name.
 *
 * @throws `database`
 */
export function refuseSeveralNames(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.nlink < 2) return
  throw new ChainscreenError(
    'database',
    `The database ${path} has ${stats.nlink} names (hard links to inode ${stats.ino}), and SQLite can damage a file that programs open by two names. Stop what uses it, and remove the others: \`find DIR -samefile ${path}\` names them. For a copy use SQLite's own backup.`,
  )
}

function guarded<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    throw error instanceof ChainscreenError ? error : databaseError(path, error)
  }
}
