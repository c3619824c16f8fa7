import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Db } from '../ledger/database.ts'
import { noteRejectedSwept, rejectedToSweep } from '../ledger/lists/list-snapshots.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { archivedPath } from './archive.ts'
import { formats } from './formats/index.ts'
import type { ListFormat } from './types.ts'

/**
 * Removes the kept files that an earlier program rejected and could not know to be of their format: such a file may hold
 * what chainscreen refuses to hold. Once for a database; a crash in the middle begins anew.
 *
 * @param now ISO-8601. @returns how many were removed.
 */
export async function sweepRejected(db: Db, now: string): Promise<number> {
  const rejected = rejectedToSweep(db)
  if (rejected === null) return 0
  let removed = 0
  for (const { sha256, format } of rejected) {
    const path = archivedPath(db.name, sha256)
    const reader = Object.values<ListFormat>(formats).find(({ id }) => id === format)
    if (reader !== undefined && (await isOfFormat(reader, path, now))) continue
    await rm(path, { force: true })
    removed++
  }
  await inTurn(db, () => noteRejectedSwept(db))
  return removed
}

async function isOfFormat(format: ListFormat, path: string, now: string): Promise<boolean> {
  let recognised = false
  const content = createGunzip()
  // A parser that gave up listens no more.
  content.on('error', () => {})
  const unpacking = pipeline(createReadStream(path), content).catch(() => {})
  try {
    await format.parse(content, now.slice(0, 10), () => {
      recognised = true
    })
  } catch {
    // It was rejected before: how far it could be read is all that matters.
  } finally {
    content.destroy()
    await unpacking
  }
  return recognised
}
