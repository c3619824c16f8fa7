import Database from 'better-sqlite3'
import { ChainscreenError, messageOf } from '../errors.ts'

/** Codes of SQLite for what a person can mend, or wait for (https://www.sqlite.org/rescode.html). */
const reasons: readonly [RegExp, string][] = [
  [
    /BUSY|LOCKED/,
    'another process holds it for writing, for longer than the 30 seconds one waits: try again',
  ],
  [/READONLY|CANTOPEN|PERM|IOERR/, 'it cannot be written there (a read-only disk, or no permission)'],
  [/FULL/, 'the disk is full'],
  [/NOTADB|CORRUPT/, 'the file is no SQLite database, or is damaged'],
]

/** A failure of SQLite as a sentence. @param path the database. */
export function databaseError(path: string, error: unknown): ChainscreenError {
  const reason = reasonOf(error) ?? messageOf(error)
  return new ChainscreenError(
    isBusy(error) ? 'database-busy' : 'database',
    `The database ${path} can't be used: ${reason}.`,
    { cause: error },
  )
}

/** As a sentence, where a person can mend it or wait for it; else the very error, which is a fault of the program. */
export function mendable(path: string, error: unknown): unknown {
  return reasonOf(error) === undefined ? error : databaseError(path, error)
}

/** Another connection holds a lock that was waited for in vain. */
export function isBusy(error: unknown): boolean {
  return /BUSY|LOCKED/.test(codeOf(error))
}

function reasonOf(error: unknown): string | undefined {
  const code = codeOf(error)
  return reasons.find(([pattern]) => pattern.test(code))?.[1]
}

function codeOf(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : ''
}
