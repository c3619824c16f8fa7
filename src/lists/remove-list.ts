import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { isRemoved, type ListRemoval, markRemoved, readRemoval } from '../ledger/lists/list-removals.ts'
import { findList, freezeListFormat } from '../ledger/lists/lists.ts'
import { stageRemoval, stillHold } from '../ledger/lists/stage-changes.ts'
import { sweepLeftovers } from '../ledger/sweep-leftovers.ts'
import { whileLoading } from '../ledger/while-loading.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { unknownList } from './report.ts'

/** What `lists remove` did. */
export interface RemovedList extends ListRemoval {
  listId: string
  /** It was out of force already: nothing was written. */
  already: boolean
}

/**
 * Takes a list out of force: its entries end today, and the job that this writes down adds the event to its alerts. Once it
 * is loaded again, from a config that names it, its entries are in force again.
 *
 * @param inConfig the lists that the config names: what would load again by itself is not taken out.
 * @param by.at now, ISO-8601.
 * @throws ChainscreenError `usage` for a list of the config, and one that the ledger does not know; `database-busy` where
 * another process loads something for too long.
 */
export async function removeList(
  db: Db,
  listId: string,
  inConfig: readonly { id: string }[],
  by: { actor: string; note: string | null; at: string },
): Promise<RemovedList> {
  if (inConfig.some(({ id }) => id === listId)) {
    throw new ChainscreenError(
      'usage',
      `List ${listId} is in the config, and would be loaded again: take it out of the config, then remove it.`,
    )
  }
  const found = findList(db, listId)
  if (found === undefined || found.category === 'canary') throw unknownList(db, listId)
  return whileLoading(db, async () => {
    for (;;) {
      const known = isRemoved(db, listId) ? readRemoval(db, listId) : undefined
      if (known !== undefined) return { listId, ...known, already: true }
      const staged = found.format === freezeListFormat ? null : await stageRemoval(db, listId, by.at)
      const remove = () => {
        const list = findList(db, listId)
        if (list === undefined || (staged !== null && !stillHold(db, listId, staged))) return null
        return markRemoved(db, list, staged, by)
      }
      const removal = await inTurn(db, () => inTransaction(db, remove))
      if (removal !== null) return { listId, ...removal, already: false }
      await sweepLeftovers(db)
    }
  })
}
