import Database from 'better-sqlite3'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'

export type Db = Database.Database

type Statement = Database.Statement<unknown[]>

const cache = new WeakMap<Db, Map<string, Statement>>()

/** The prepared statement for this text, prepared once per connection. */
function statement(db: Db, sql: string): Statement {
  let statements = cache.get(db)
  if (statements === undefined) {
    statements = new Map()
    cache.set(db, statements)
  }
  let prepared = statements.get(sql)
  if (prepared === undefined) {
    prepared = db.prepare(sql)
    statements.set(sql, prepared)
  }
  return prepared
}

/** better-sqlite3 takes values for `?` one by one, and for `?1`, `?2` as an object by number. */
function bound(sql: string, params: readonly unknown[]): readonly unknown[] {
  return sql.includes('?1') ? [Object.fromEntries(params.map((value, index) => [index + 1, value]))] : params
}

/**
 * Runs a statement that writes. Returns how many rows changed, and the id of the last inserted one.
 *
 * @throws ChainscreenError `database-busy` where another process writes for longer than one waits, `database-disk` where
 * the disk is full or fails, `database` where the file is read-only or damaged. So do all functions of this file.
 */
export function run(db: Db, sql: string, ...params: unknown[]): { changes: number; id: number } {
  try {
    const { changes, lastInsertRowid } = statement(db, sql).run(...bound(sql, params))
    return { changes, id: Number(lastInsertRowid) }
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** The first row. The caller vouches for the shape: it stands beside the SQL. */
export function one<Row>(db: Db, sql: string, ...params: unknown[]): Row | undefined {
  try {
    return statement(db, sql).get(...bound(sql, params)) as Row | undefined
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** All rows. The caller vouches for the shape: it stands beside the SQL. */
export function all<Row>(db: Db, sql: string, ...params: unknown[]): Row[] {
  try {
    return statement(db, sql).all(...bound(sql, params)) as Row[]
  } catch (error) {
    throw userFixable(db.name, error)
  }
}

/** Rows one by one, for what may not fit in memory. */
export function* each<Row>(db: Db, sql: string, ...params: unknown[]): IterableIterator<Row> {
  try {
    yield* statement(db, sql).iterate(...bound(sql, params)) as IterableIterator<Row>
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
