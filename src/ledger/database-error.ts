import Database from 'better-sqlite3'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'

type DatabaseErrorCode = Extract<ErrorCode, `database${string}`>

/** Result codes of SQLite that an operator can act on, or that pass (https://www.sqlite.org/rescode.html). */
const reasons: readonly [pattern: RegExp, code: DatabaseErrorCode, reason: string][] = [
  [
    /BUSY|LOCKED/,
    'database-busy',
    'another process has held the write lock for more than 30 seconds: try again',
  ],
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
export function mendable(path: string, error: unknown): unknown {
  return reasonOf(error) === undefined ? error : databaseError(path, error)
}

function reasonOf(error: unknown): (typeof reasons)[number] | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined
  return reasons.find(([pattern]) => pattern.test(error.code))
}
