import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Db } from './database.ts'
import { databaseError } from './database-error.ts'

/** Kept from the garbage collector, which closes what nobody refers to, and so would let go. */
const held = new Set<Db>()

/**
 * An exclusive lock between processes: SQLite's own, on a file of its own. The operating system lets go of it when the
 * process ends, however it ends.
 *
 * @returns lets go; `null` where somebody else holds it.
 * @throws ChainscreenError `database` where the file can't be made.
 */
export function takeFileLock(path: string): (() => void) | null {
  let lock: Db
  try {
    lock = new Database(path, { timeout: 0 })
  } catch (error) {
    throw databaseError(path, error)
  }
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw databaseError(path, error)
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}

/** Whether nobody holds the lock. Only looks: whoever takes it at the same moment gets it, but for the time of one read. */
export function isFileLockFree(path: string): boolean {
  if (!existsSync(path)) return true
  const lock = new Database(path, { timeout: 0, readonly: true })
  try {
    lock.prepare('select count(*) from sqlite_schema').get()
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw databaseError(path, error)
  } finally {
    lock.close()
  }
}
