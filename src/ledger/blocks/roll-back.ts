import type { BlockRef } from '../../screening/types.ts'
import { writeEvent } from '../alerts/alert-events.ts'
import { uncoverAbove } from '../coverage/coverage.ts'
import { all, type Db, inTransaction, run } from '../database.ts'
import { orphanFreezes } from '../freezes/token-freezes.ts'
import { unsettleAbove } from '../mempool/pending-transactions.ts'
import { forgetHashesAbove, lowestOpen } from './block-hashes.ts'
import { type Chain, moveCursor, readChainState } from './chain.ts'

/**
 * The branch above the fork lost: its alerts are orphaned, accounts that issuers froze in it are no longer frozen, its
 * coverage is taken back, and the cursor stands on the fork. One transaction. Nothing of it is deleted that someone may have read.
 *
 * @param fork the last block both branches share, in the hash window or read below where following began; `null` when the
 * branch lost whole: all that was read and is not final.
 * @param by who asked for it, where a person did: see {@link rewind}.
 * @returns how many alerts were orphaned.
 */
export function rollBack(
  db: Db,
  chain: Chain,
  fork: BlockRef | null,
  at: string,
  by?: { actor: string; note: string | null },
): number {
  return inTransaction(db, () => {
    const height = fork?.height ?? belowAllRead(db, chain.id)
    const lost = all<{ id: string; block_height: number; block_hash: string }>(
      db,
      `select id, block_height, block_hash from alerts
       where chain = ? and block_height > ? and status not in ('orphaned', 'withdrawn') order by block_height, id`,
      ...[chain.id, height],
    )
    for (const { id, block_height, block_hash } of lost) {
      run(db, `update alerts set status = 'orphaned' where id = ?`, id)
      const data = { height: block_height, block: block_hash, ...(by && { rewoundTo: height }) }
      writeEvent(db, { alertId: id, at, kind: 'orphaned', data, ...by })
    }
    run(db, 'update transactions set orphaned = 1 where chain = ? and block_height > ?', chain.id, height)
    unsettleAbove(db, chain.id, height, at)
    orphanFreezes(db, chain.id, height, at)
    uncoverAbove(db, chain.id, height)
    forgetHashesAbove(db, chain.id, height)
    run(db, 'delete from blocks where chain = ? and height > ?', chain.id, height)
    moveCursor(db, chain.id, fork, at)
    return lost.length
  })
}

function belowAllRead(db: Db, chain: string): number {
  const { startHeight, finalHeight } = readChainState(db, chain)
  const lowest = Math.min(startHeight ?? 0, lowestOpen(db, chain) ?? Number.POSITIVE_INFINITY)
  return Math.max(lowest - 1, finalHeight ?? -1)
}
