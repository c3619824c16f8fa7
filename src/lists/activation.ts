import type { Db } from '../ledger/database.ts'
import type { Activation } from '../ledger/find-changes.ts'
import {
  activatedOn,
  activeSnapshot,
  countsOf,
  firstActivated,
  type SnapshotRow,
} from '../ledger/list-snapshots.ts'
import { formatOf } from './formats/index.ts'
import { historyOf } from './ofac-history.ts'

/** How activating a kept snapshot dates what it changes: as its format and its history say. @param at now, ISO-8601. */
export function activationOf(db: Db, snapshot: SnapshotRow, at: string): Activation {
  const { category, listedOnIsPublished } = formatOf(snapshot.format)
  const today = at.slice(0, 10)
  // What was read wrongly stood there all along: bytes that were active before keep their day.
  const date = noLater(snapshot.issued_on ?? (firstActivated(db, snapshot) ?? at).slice(0, 10), today)
  const active = activeSnapshot(db, snapshot.list_id)
  const follows = active?.issued_on && noLater(active.issued_on, activatedOn(active))
  return {
    date,
    // An older version knows nothing of the time since, in which the newer one was the list.
    ...(follows && date < follows ? { goneOn: today } : {}),
    ...{ category, listedOnIsPublished, history: historyOf(snapshot.format, countsOf(snapshot)), at },
  }
}

/** Nothing was published on a day that is still to come, whatever a file says of itself. */
function noLater(day: string, today: string): string {
  return day > today ? today : day
}
