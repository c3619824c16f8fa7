import { setImmediate } from 'node:timers/promises'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction, withoutFlush } from './database.ts'
import { inTurn, pieceMs } from './write-turns.ts'

/** Rows that one transaction of a large load writes, at most. */
export const pieceRows = 500

/**
 * One of many short transactions that count only when a last one says so. It is not flushed to disk by itself: whatever
 * flushes later flushes it too, so that the last one makes all of it safe.
 */
export function inPiece<T>(db: Db, work: () => T): Promise<T> {
  return inTurn(db, () => withoutFlush(db, () => inTransaction(db, work)))
}

/**
 * Writes rows in such pieces, in order: a piece ends when it has written for long enough, or many enough.
 *
 * @param put writes one of them. What has to be computed for it is computed before, so that nobody waits for that.
 * @param options.ms default {@link pieceMs}; 0 = one row each. @param options.signal ends it between two pieces.
 * @throws ChainscreenError `aborted` on the signal; and what `put` throws.
 */
export async function inPieces<Row>(
  db: Db,
  rows: readonly Row[],
  put: (row: Row) => void,
  { ms = pieceMs, signal }: { ms?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  let next = 0
  const writeSome = () => {
    const until = performance.now() + ms
    const end = Math.min(rows.length, next + pieceRows)
    let at = next
    do put(rows[at++] as Row)
    while (at < end && performance.now() < until)
    return at
  }
  do {
    if (rows.length > 0) next = await inPiece(db, writeSome)
    await refuseAborted(signal)
  } while (next < rows.length)
}

/** Handles the messages to the thread that came meanwhile. @throws ChainscreenError `aborted` where that is to stop. */
export async function refuseAborted(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate()
  if (signal?.aborted)
    throw new ChainscreenError(
      'aborted',
      'Stopped before it was loaded: what is written of it does not count.',
    )
}
