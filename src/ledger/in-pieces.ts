import { setTimeout } from 'node:timers/promises'
import { type Db, inTransaction } from './database.ts'

/** Rows that one transaction of a large load writes, at most. */
export const pieceRows = 500

/** How long it writes, about: rows of some lists are large, and some machines are slow. */
const pieceMs = 15

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

/**
 * Writes rows in such pieces, in order: a piece ends when it has written for long enough, or many enough.
 *
 * @param put writes one of them; what has to be worked out for it is worked out before. @param ms default 15; 0 = one row each.
 */
export async function inPieces<Row>(
  db: Db,
  rows: readonly Row[],
  put: (row: Row) => void,
  ms = pieceMs,
): Promise<void> {
  for (let next = 0; next < rows.length; ) {
    next = await inPiece(db, () => {
      const until = performance.now() + ms
      let at = next
      for (const row of rows.slice(next, next + pieceRows)) {
        put(row)
        at++
        if (performance.now() >= until) break
      }
      return at
    })
  }
}
