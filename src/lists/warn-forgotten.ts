import type { ListConfig } from '../config/lists.ts'
import type { Db } from '../ledger/database.ts'
import { freezeListFormat, readLists } from '../ledger/lists.ts'
import type { Log } from '../log.ts'

/**
 * A list that was taken out of the config stays in force, and nobody updates it any more: whoever meant to switch it
 * off must know.
 */
export function warnForgotten(db: Db, lists: readonly ListConfig[], log: Log): void {
  for (const { id, active_snapshot, format } of readLists(db)) {
    const empty = active_snapshot === null && format !== freezeListFormat
    if (empty || lists.some((list) => list.id === id)) continue
    log.warn(
      { list: id },
      `list ${id} is in the database and not in the config: it is still screened against`,
    )
  }
}
