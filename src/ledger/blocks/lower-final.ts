import type { BlockRef } from '../../screening/types.ts'
import { writeEvent } from '../alerts/alert-events.ts'
import { unknownDigest } from '../coverage/coverage.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { readChainState } from './chain.ts'

/** What was called final too early. */
export interface LoweredFinal {
  from: number
  to: number | null
  /** How many alerts are pending again. */
  alerts: number
}

/**
 * Takes back a final height that lies less than `depth` blocks below the cursor: written by a version that believed a
 * node's word of its head, or with a smaller `depth`. Its alerts are `pending` again, each with an event, and become
 * final when the chain has grown.
 *
 * @returns `null` where nothing was wrong.
 */
export function lowerFinal(db: Db, chainId: string, depth: number, at: string): LoweredFinal | null {
  return inTransaction(db, () => {
    const { cursor, finalHeight } = readChainState(db, chainId)
    if (finalHeight === null) return null
    const allowed = (cursor?.height ?? -1) - depth
    if (finalHeight <= allowed) return null
    const to = allowed < 0 ? null : allowed
    run(db, 'update chains set final_height = ?, updated_at = ? where id = ?', to, at, chainId)
    // Nothing was followed: alerts that stand there are a replay's, of blocks far below any reorg.
    const alerts = cursor === null ? [] : finalAlertsAbove(db, chainId, allowed)
    for (const id of alerts) {
      run(db, `update alerts set status = 'pending' where id = ?`, id)
      const note = `pending again: its block is less than ${depth} blocks below the last one that was screened`
      writeEvent(db, { alertId: id, at, kind: 'note', note, data: { from: 'final', to: 'pending' } })
    }
    return { from: finalHeight, to, alerts: alerts.length }
  })
}

function finalAlertsAbove(db: Db, chainId: string, height: number): string[] {
  const sql = `select id from alerts where chain = ? and status = 'final' and block_height > ? order by block_height, id`
  return all<{ id: string }>(db, sql, chainId, height).map(({ id }) => id)
}

/**
 * Puts blocks of the followed branch back into the hash window, which a final height above them had emptied. How far
 * the coverage had come with each of them is not known any more; see `uncoverAbove`.
 */
export function rememberBlocks(db: Db, chainId: string, blocks: readonly BlockRef[]): void {
  inTransaction(db, () => {
    for (const { height, hash, parentHash, time } of blocks) {
      const row = one<{ id: number; to_height: number; digest: string }>(
        db,
        `select id, to_height, digest from coverage
         where chain = ?1 and kind = 'follow' and from_height <= ?2 and to_height >= ?2 order by id desc limit 1`,
        ...[chainId, height],
      )
      if (row === undefined) return
      run(
        db,
        `insert into blocks (chain, height, hash, parent_hash, time, coverage_id, digest) values (?, ?, ?, ?, ?, ?, ?)`,
        ...[chainId, height, hash, parentHash, time, row.id],
        row.to_height === height ? row.digest : unknownDigest,
      )
    }
  })
}
