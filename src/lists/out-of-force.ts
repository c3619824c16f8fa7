import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { isRemoved } from '../ledger/lists/list-removals.ts'

/**
 * For a daemon that was started with a list which somebody took out of force since: it must not come back by itself. Says so
 * once. @returns asks whether it is so.
 */
export function outOfForce(db: Db, listId: string, log: Log): () => boolean {
  let isReported = false
  return () => {
    const isOut = isRemoved(db, listId)
    if (isOut && !isReported) {
      log.warn(
        { list: listId },
        `list ${listId} was taken out of force: it is not updated any more, until a start with it in the config loads it again`,
      )
    }
    isReported = isOut
    return isOut
  }
}
