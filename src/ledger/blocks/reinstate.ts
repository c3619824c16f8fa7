import type { Key } from '../../address/key.ts'
import { alertId } from '../../screening/alert-id.ts'
import { screen } from '../../screening/screen.ts'
import type { BlockRef, Entry, Finding, ScreenableTx } from '../../screening/types.ts'
import { Watchlist } from '../../screening/watchlist.ts'
import { all, type Db, one } from '../database.ts'
import { readEntry } from '../lists/list-entries.ts'
import type { Chain } from './chain.ts'

/** For the test that no scan stands behind them. */
export const anyOrphanedSql = `select 1 from alerts where chain = ? and status = 'orphaned' limit 1`
export const orphanedOfSql = `select a.id, a.list_id as listId, k.entry_key as key from alerts a
  join alert_keys k on k.alert_id = a.id where a.chain = ? and a.tx_hash = ? and a.status = 'orphaned' order by a.id`

/**
 * The findings by which alerts of a lost block come back with this one, although their entry left its list in between: it
 * was on it when they were raised, and that it left is an event of its own. Inside a transaction, after the block's
 * own findings, which bring back all others.
 *
 * None is of an entry that never was (a freeze that a reorg undid), and none of what the transaction does not do any more.
 */
export function findingsOfRemoved(
  db: Db,
  chain: Chain,
  block: BlockRef & { transactions: readonly ScreenableTx[] },
): Finding[] {
  if (one(db, anyOrphanedSql, chain.id) === undefined) return []
  return block.transactions.flatMap((tx) => {
    const orphaned = all<{ id: string; listId: string; key: Key }>(db, orphanedOfSql, chain.id, tx.hash)
    if (orphaned.length === 0) return []
    const ids = new Set(orphaned.map(({ id }) => id))
    return findingsAsIfInForce(db, tx, block, orphaned).filter((finding) =>
      ids.has(alertId(chain.caip2, finding)),
    )
  })
}

/** What the entries of some alerts say of a transaction, whether or not they left their lists since. */
export function findingsAsIfInForce(
  db: Db,
  tx: ScreenableTx,
  block: Pick<BlockRef, 'time'>,
  alerts: readonly { listId: string; key: Key }[],
): Finding[] {
  const entries = new Map(
    alerts.flatMap(({ listId, key }) => {
      const entry = readEntry(db, listId, key)
      return entry === undefined ? [] : [[`${listId} ${key}`, asIfInForce(entry)] as const]
    }),
  )
  return screen(tx, block.time, new Watchlist(0, entries.values()))
}

/** From a day that no block comes to: it says nothing of when the entry was in force. */
function asIfInForce(entry: Entry): Entry {
  return { ...entry, intervals: [...entry.intervals, { from: '9999-12-31', to: null }] }
}
