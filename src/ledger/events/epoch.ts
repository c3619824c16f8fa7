import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createPrivate, type Db, inTransaction, one, run } from '../database.ts'
import { inTurn } from '../write-turns.ts'
import { lastSequence } from './outbox.ts'

/** What stands beside the database: which events were handed out of it. */
interface HandedOut {
  epoch: string
  /** The highest sequence that was handed out. */
  sequence: number
}

/** What sequences count in. A restored backup has another one. */
export function readEpoch(db: Db): string {
  const row = one<{ value: string }>(db, `select value from meta where key = 'epoch'`)
  if (row === undefined) throw new Error('the database has no epoch')
  return row.value
}

export const newEpochText =
  'events begin another epoch: the database was restored or moved, or is of an earlier version'

/**
 * Begins another epoch where this database is not the one that events were last handed out of: a backup was restored, or it was moved
 * here. The file beside the database says which events those were; who copies the database alone does not copy it. Where both
 * were restored, delete `DATABASE.epoch` before the start. Before anything is handed out.
 *
 * @returns whether it did.
 * @throws ChainscreenError as {@link inTurn} does.
 */
export async function renewEpochWhereRestored(db: Db): Promise<boolean> {
  const path = epochPath(db)
  return path !== null && (await inTurn(db, () => inTransaction(db, () => renewWhereRestored(db, path))))
}

function renewWhereRestored(db: Db, path: string): boolean {
  const known = readHandedOut(path)
  const last = lastSequence(db)
  const isSame = known !== null && known.epoch === readEpoch(db) && known.sequence <= last
  if (isSame) return false
  if (known !== null || last > 0) renewEpoch(db)
  writeHandedOut(path, { epoch: readEpoch(db), sequence: 0 })
  return known !== null || last > 0
}

/** Begins another epoch: cursors of before are refused. */
export function renewEpoch(db: Db): void {
  inTransaction(db, () => run(db, `update meta set value = lower(hex(randomblob(16))) where key = 'epoch'`))
}

/**
 * Notes, after or before they are handed out, that events up to a sequence are known outside. Whoever hands out calls it: a backup from
 * before them is known as one then. Not flushed: after a power cut it may say less, and a restore is then noticed only if the
 * backup is from before what it says. Whoever writes it holds the write lock of the database: of two, the higher sequence stays.
 *
 * @throws ChainscreenError as {@link inTurn} does.
 */
export async function noteHandedOut(db: Db, sequence: number): Promise<void> {
  const path = epochPath(db)
  if (path === null || isNoted(db, path, sequence)) return
  const write = () => {
    if (!isNoted(db, path, sequence)) writeHandedOut(path, { epoch: readEpoch(db), sequence })
  }
  await inTurn(db, () => inTransaction(db, write))
}

function isNoted(db: Db, path: string, sequence: number): boolean {
  const known = readHandedOut(path)
  return known !== null && known.epoch === readEpoch(db) && known.sequence >= sequence
}

/** `null` for a database in memory. */
function epochPath(db: Db): string | null {
  return db.name === ':memory:' || db.name === '' ? null : `${realpathSync(db.name)}.epoch`
}

/** `null` where there is no such file, or it can't be understood. */
function readHandedOut(path: string): HandedOut | null {
  try {
    const [, epoch, sequence] = /^([0-9a-f]{32}) (\d+)\s*$/.exec(readFileSync(path, 'utf8')) ?? []
    return epoch === undefined ? null : { epoch, sequence: Number(sequence) }
  } catch {
    return null
  }
}

/** Of one length, written in place: a crash leaves the old or the new one. */
function writeHandedOut(path: string, { epoch, sequence }: HandedOut): void {
  createPrivate(path)
  writeFileSync(path, `${epoch} ${String(sequence).padStart(16, '0')}\n`, { flag: 'r+' })
}
