import type { Key } from '../../address/key.ts'
import { ownAlertId } from '../alerts/own-alert.ts'
import { all, type Db, one } from '../database.ts'
import { isRescreenDue } from '../lists/rescreens.ts'
import { mayLookBackAt } from '../own/lookbacks.ts'
import { isOwnAnywhere } from '../own/own-addresses.ts'
import { entriesNaming } from '../own/own-variants.ts'
import { entryOf } from '../transfers/stored-form.ts'
import type { TransactionRow } from '../transfers/stored-rows.ts'

/** Work that is written down and not done, and may still raise an alert of a stored transaction: a sentence each. */
export function dueWork(
  db: Db,
  { id, chain, block_height, block_time }: TransactionRow & { id: number },
): string[] {
  const rescreens = all<{ id: number; parties_to: number }>(
    db,
    `select id, parties_to from rescreens where state = 'pending'`,
  ).filter(({ parties_to }) => entryOf(parties_to).transactionId >= id)
  const regrades = all<{ id: number; transfers_to: number }>(
    db,
    `select id, transfers_to from regrades where state = 'pending' and chain = ?`,
    chain,
  ).filter(({ transfers_to }) => entryOf(transfers_to).transactionId >= id)
  const rescans = all<{ next: number; to: number }>(
    db,
    `select next_height as next, to_height as "to" from replays
     where chain = ?1 and state = 'pending' and next_height <= ?2 and to_height >= ?2`,
    ...[chain, block_height],
  )
  const block = { height: block_height, time: typeof block_time === 'number' ? block_time : null }
  return [
    ...rescreens.map(() => 'stored history is being re-screened against a change of lists or own addresses'),
    ...regrades.map(() => 'stored transfers are being regraded after a change of `tokens`'),
    ...rescans.map(({ next, to }) => `a rescan of blocks ${next} to ${to} is due`),
    ...(mayLookBackAt(db, chain, block)
      ? ['a rescan for own addresses that were registered later is due']
      : []),
  ].slice(0, 10)
}

/**
 * Own addresses that a list names by now, and whose alert does not say so yet, since there is none, or it was decided before the
 * entry was listed again: a re-screen writes that, also for transactions that were screened with that list. A sentence each.
 */
export function dueOwnAlerts(db: Db, ownKeys: readonly Key[]): string[] {
  return ownKeys.flatMap((key) => {
    const due = entriesNaming(db, key).filter(
      ({ entry }) =>
        entry.category !== 'canary' &&
        entry.intervals.at(-1)?.to === null &&
        (isRescreenDue(db, entry) ||
          one(db, `select 1 from alerts where id = ? and status != 'withdrawn'`, ownAlertId(key, entry)) ===
            undefined),
    )
    if (due.length === 0 || !isOwnAnywhere(db, key)) return []
    return due.map(({ entry }) => `list ${entry.listId} names an own address that it pays: the alert is due`)
  })
}
