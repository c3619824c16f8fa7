import { closeSync, existsSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'

export type Db = Database.Database

interface Statement {
  prepared: Database.Statement<unknown[]>
  /** With parameters `?1`, `?2`: better-sqlite3 takes their values as an object by number, and for `?` one by one. */
  isNumbered: boolean
}

const cache = new WeakMap<Db, Map<string, Statement>>()

/** The prepared statement for this text, prepared once per connection. */
function statement(db: Db, sql: string): Statement {
  let statements = cache.get(db)
  if (statements === undefined) {
    statements = new Map()
    cache.set(db, statements)
  }
  let known = statements.get(sql)
  if (known === undefined) {
    known = { prepared: db.prepare(sql), isNumbered: sql.includes('?1') }
    statements.set(sql, known)
  }
  return known
}

function byNumber(params: readonly unknown[]): Record<number, unknown> {
  return Object.fromEntries(params.map((value, index) => [index + 1, value]))
}

/**
 * Runs a statement that writes. Returns how many rows changed, and the id of the last inserted one.
 *
 * @throws ChainscreenError `database-busy` where another process writes for longer than one waits, `database-disk` where
 * the disk is full or fails, `database` where the file is read-only or damaged. So do all functions of this file.
 */
export function run(db: Db, sql: string, ...params: unknown[]): { changes: number; id: number } {
  try {
    const { prepared, isNumbered } = statement(db, sql)
    const { changes, lastInsertRowid } = isNumbered ? prepared.run(byNumber(params)) : prepared.run(...params)
    return { changes, id: Number(lastInsertRowid) }
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** The first row. The caller vouches for the shape: it stands beside the SQL. */
export function one<Row>(db: Db, sql: string, ...params: unknown[]): Row | undefined {
  try {
    const { prepared, isNumbered } = statement(db, sql)
    return (isNumbered ? prepared.get(byNumber(params)) : prepared.get(...params)) as Row | undefined
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** All rows. The caller vouches for the shape: it stands beside the SQL. */
export function all<Row>(db: Db, sql: string, ...params: unknown[]): Row[] {
  try {
    const { prepared, isNumbered } = statement(db, sql)
    return (isNumbered ? prepared.all(byNumber(params)) : prepared.all(...params)) as Row[]
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** Rows one by one, for what may not fit in memory. */
export function* each<Row>(db: Db, sql: string, ...params: unknown[]): IterableIterator<Row> {
  try {
    const { prepared, isNumbered } = statement(db, sql)
    yield* (
      isNumbered ? prepared.iterate(byNumber(params)) : prepared.iterate(...params)
    ) as IterableIterator<Row>
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/**
 * All or nothing: takes the write lock first, so that what is read inside can't move before the commit.
 *
 * @throws what the work throws; and as {@link run} does.
 */
export function inTransaction<T>(db: Db, work: () => T): T {
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/**
 * Writes without waiting for the disk: for what a power cut may take back whole, since it is done again then. Nothing is lost to a crash of
 * the program, and whatever flushes later flushes it too. Not inside a transaction.
 *
 * @throws what the work throws.
 */
export function withoutFlush<T>(db: Db, write: () => T): T {
  db.pragma('synchronous = NORMAL')
  try {
    return write()
  } finally {
    db.pragma('synchronous = FULL')
  }
}

/**
 * Makes the file of a database, or of a lock, where there is none: for this user alone, whatever the umask, since whoever may read a file may
 * also lock it. SQLite makes the files beside it alike.
 */
export function createPrivate(path: string): void {
  if (path === ':memory:' || existsSync(path)) return
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // Somebody else was faster. Whatever else is wrong, SQLite says in the words of all other errors.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

type DatabaseErrorCode = Extract<ErrorCode, `database${string}`>

/** Result codes of SQLite that an operator can act on, or that pass (https://www.sqlite.org/rescode.html). */
const reasons: readonly [pattern: RegExp, code: DatabaseErrorCode, reason: string][] = [
  [/BUSY|LOCKED/, 'database-busy', 'another process holds the write lock: try again'],
  [/FULL/, 'database-disk', 'the disk is full: free space on it'],
  [/IOERR/, 'database-disk', 'the disk answers with an I/O error: check it'],
  [/READONLY|CANTOPEN|PERM/, 'database', 'it cannot be written there (a read-only disk, or no permission)'],
  [/NOTADB|CORRUPT/, 'database', 'the file is no SQLite database, or is damaged'],
]

/** A failure of SQLite as a sentence. @param path the database. */
export function databaseError(path: string, error: unknown): ChainscreenError {
  const [, code, reason] = reasonOf(error) ?? ([null, 'database', messageOf(error)] as const)
  return new ChainscreenError(code, `The database ${path} can't be used: ${reason}.`, { cause: error })
}

/** As a sentence, where a person can mend it or wait for it; else the very error, which is a fault of the program. */
function userFixable(path: string, error: unknown): unknown {
  return reasonOf(error) === undefined ? error : databaseError(path, error)
}

function reasonOf(error: unknown): (typeof reasons)[number] | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined
  return reasons.find(([pattern]) => pattern.test(error.code))
}
