import type { Db } from '../../ledger/database.ts'
import { isLarge, stateOfStored } from '../../ledger/transfers/stored-transactions.ts'

/** Written before the time is looked at: whatever it took to read a transaction, some of its alerts come of it. */
export const alertsAtOnce = 50

/** A large transaction: it is read and screened without the write lock, and its alerts are written in parts. */
interface Large<T = unknown> {
  /** Which transaction, what for, and at which revisions. */
  about: string
  /** What was stored of it before it was read: the result holds as long as that is so. */
  rows: string
  /** Screened that often, each time for other revisions or other rows. */
  tries: number
  screen: () => T | undefined
  /** `null`: it is not screened yet. */
  result: T | undefined | null
}

const larges = new WeakMap<Db, Large>()

/** Lists and own addresses may change as often as it takes: after so many times it is screened with the lock held. */
const maxTries = 3

/**
 * What screening a stored transaction comes to, inside a transaction of the database. `later`: it is large; ask again after
 * {@link screenLarge}. `undefined` where the block was reorged out.
 *
 * @param about all that the result depends on, but for the rows of the transaction: JSON.
 */
export function screenedStored<T>(
  db: Db,
  transactionId: number,
  about: unknown,
  screen: () => T | undefined,
): T | undefined | 'later' {
  if (!isLarge(db, transactionId)) return screen()
  const rows = stateOfStored(db, transactionId)
  if (rows === undefined) return undefined
  const text = JSON.stringify([transactionId, about])
  const known = larges.get(db) as Large<T> | undefined
  // Without a result its block was away when it was read, and came back.
  if (known?.about === text && known.rows === rows && known.result) return known.result
  const tries = known === undefined ? 1 : known.tries + 1
  const large: Large<T> = {
    ...{ about: text, rows, tries, screen },
    result: tries > maxTries ? screen() : null,
  }
  larges.set(db, large)
  return large.result ?? 'later'
}

/** Reads and screens, outside of transactions, what {@link screenedStored} put off. */
export function screenLarge(db: Db): void {
  const large = larges.get(db)
  if (large?.result === null) large.result = db.transaction(large.screen)()
}

/** It is written whole, or there is nothing to do. */
export function forgetLarge(db: Db): void {
  larges.delete(db)
}
