import { writeEvent } from '../alerts/alert-events.ts'
import { all, type Db, run } from '../database.ts'

/** By status: with every block, and most alerts of a chain have been final for long. */
export const pendingUpToSql = `select id from alerts where chain = ? and status = 'pending' and +block_height <= ?
  order by +block_height, id`

/** Alerts of blocks that no reorg may reach any more become final. Inside a transaction. */
export function finalize(db: Db, chainId: string, finalHeight: number, at: string): void {
  const rows = all<{ id: string }>(db, pendingUpToSql, chainId, finalHeight)
  for (const { id } of rows) {
    run(db, `update alerts set status = 'final' where id = ?`, id)
    writeEvent(db, { alertId: id, at, kind: 'final' })
  }
}
