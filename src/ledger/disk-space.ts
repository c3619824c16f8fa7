import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Db } from './database.ts'

/** Below this, a checkpoint of the write-ahead log and one large list may no longer fit. */
const lowBytes = 256 * 1024 * 1024

/**
 * Free space on the disk of the database.
 *
 * @returns bytes that this process may still write there; `null` for a database in memory, or where the system does not say.
 */
export function freeDiskBytes(db: Db): number | null {
  if (db.memory) return null
  try {
    const { bavail, bsize } = statfsSync(dirname(db.name))
    return bavail * bsize
  } catch {
    return null
  }
}

/** @returns what to tell an operator; `null` while there is enough, or where nothing is known. */
export function diskTrouble(freeBytes: number | null): string | null {
  if (freeBytes === null || freeBytes >= lowBytes) return null
  return `the disk of the database is nearly full: ${Math.floor(freeBytes / 1_000_000)} MB are free`
}
