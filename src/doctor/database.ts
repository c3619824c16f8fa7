import Database from 'better-sqlite3'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { databaseError } from '../ledger/database.ts'
import { freeDiskBytes, lowDiskWarning } from '../ledger/database-file.ts'
import { refuseSeveralNames } from '../ledger/open.ts'
import type { Checkup } from './doctor.ts'

const what = 'database'

/** Enough to see what kind of damage it is. */
const shownFaults = 5

/**
 * Checks the file of an existing database: whether it can be written, whether its pages are sound, and what space is left.
 *
 * @param path of the database.
 * @param options.deep compare every index with its table too (`integrity_check`); that may take hours for a large file.
 * @param options.busyTimeoutMs how long to wait for somebody who writes.
 * @returns what is wrong, or one checkup that nothing is.
 */
export function checkDatabaseFile(
  path: string,
  { deep, busyTimeoutMs = 5_000 }: { deep: boolean; busyTimeoutMs?: number },
): Checkup[] {
  try {
    refuseSeveralNames(path)
    const db = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs })
    try {
      // Sound pages first: what writes to a damaged file damages it more.
      const faults = faultsOf(db, deep)
      if (faults.length > 0) return [damaged(path, faults)]
      tryToWrite(db)
      const disk = lowDiskWarning(freeDiskBytes(db))
      const advice = 'free space there: a full disk stops all screening until there is space again'
      return [
        { what, state: 'ok', found: path, advice: null },
        ...(disk === null ? [] : [{ what: 'disk', state: 'warn' as const, found: disk, advice }]),
      ]
    } finally {
      db.close()
    }
  } catch (error) {
    if (error instanceof ChainscreenError)
      return [{ what, state: 'fail', found: messageOf(error), advice: null }]
    const failure = databaseError(path, error)
    // Somebody is writing: so it can be written.
    if (failure.code === 'database-busy') return [{ what, state: 'ok', found: path, advice: null }]
    return [{ what, state: 'fail', found: messageOf(failure), advice: adviceFor(error) }]
  }
}

/** https://www.sqlite.org/pragma.html#pragma_quick_check */
function faultsOf(db: Database.Database, deep: boolean): string[] {
  const rows = db.pragma(`${deep ? 'integrity_check' : 'quick_check'}(${shownFaults})`, {
    simple: false,
  }) as Record<string, string>[]
  const texts = rows.flatMap((row) => Object.values(row)).flatMap((text) => text.split('\n'))
  return texts.length === 1 && texts[0] === 'ok' ? [] : texts.slice(0, shownFaults)
}

/** A read-only mount is found only by a write. Nothing is changed: it is rolled back. */
function tryToWrite(db: Database.Database): void {
  db.exec('begin immediate')
  try {
    db.exec(`update meta set value = value where key = 'list_revision'`)
  } finally {
    db.exec('rollback')
  }
}

function damaged(path: string, faults: readonly string[]): Checkup {
  return {
    what,
    state: 'fail',
    found: `${path} is damaged: ${faults.join('; ')}`,
    advice: restore,
  }
}

const restore =
  'stop the daemon, keep a copy of the file, and restore the last backup: `run` screens again what came after it. Check the disk'

function adviceFor(error: unknown): string | null {
  const code = error instanceof Database.SqliteError ? error.code : ''
  if (/CORRUPT|NOTADB/.test(code)) return restore
  if (/READONLY|CANTOPEN|PERM/.test(code))
    return 'mount the disk for writing, or give the user of the daemon the right to write the file and its folder'
  return null
}
