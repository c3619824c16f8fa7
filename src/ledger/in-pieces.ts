import { setTimeout } from 'node:timers/promises'
import { type Db, inTransaction } from './database.ts'

/** Rows that one transaction of a large load writes: some milliseconds, in which no follower can write. */
export const pieceRows = 500

/**
 * One of many short transactions that count only when a last one says so. It is not flushed to disk by itself: whatever
 * flushes later flushes it too, so that the last one makes all of it safe.
 *
 * Then a pause as long as it took: SQLite has no queue. Who waits for the write lock asks for it now and then, and
 * would hardly ever find it free beside one who takes it again at once.
 */
export async function inPiece<T>(db: Db, work: () => T): Promise<T> {
  const began = performance.now()
  db.pragma('synchronous = NORMAL')
  let result: T
  try {
    result = inTransaction(db, work)
  } finally {
    db.pragma('synchronous = FULL')
  }
  await setTimeout(Math.ceil(performance.now() - began))
  return result
}
