import type { Db } from '../ledger/database.ts'
import type { Activation } from '../ledger/lists/find-changes.ts'
import {
  activatedOn,
  activeSnapshot,
  countsOf,
  firstActivated,
  type SnapshotRow,
} from '../ledger/lists/list-snapshots.ts'
import type { Dating } from '../ledger/lists/next-version.ts'
import { formatOf } from './formats/index.ts'
import { historyOf } from './ofac-history.ts'

/** How activating a kept snapshot dates what it changes: as its format and its history say. @param at now, ISO-8601. */
export function activationOf(db: Db, snapshot: SnapshotRow, at: string): Activation {
  const { list_id: id, format, issued_on: issuedOn } = snapshot
  // What was read wrongly stood there all along: bytes that were active before keep their day.
  const before = firstActivated(db, snapshot)
  const isNew = before === null && snapshot.activated_at === null
  // What waited for approval stood at the source since it came.
  const since = before ?? (isNew ? snapshot.imported_at : at)
  const dating = datingOf(db, { id, format, issuedOn }, { since, at })
  return {
    // The version before it was in force until now: it alone says when that ended, unless the file gives its date.
    ...(isNew && issuedOn === null ? { goneOn: at.slice(0, 10) } : {}),
    ...dating,
    ...{ category: formatOf(format).category, history: historyOf(format, countsOf(snapshot)), at },
  }
}

/** How a version of a list dates what it changes. @param since when its bytes were first activated, or now. */
export function datingOf(
  db: Db,
  { id, format, issuedOn }: { id: string; format: string; issuedOn: string | null },
  { since, at }: { since: string; at: string },
): Dating {
  const date = noLater(issuedOn ?? since.slice(0, 10), since.slice(0, 10))
  const active = activeSnapshot(db, id)
  const follows = active?.issued_on && noLater(active.issued_on, activatedOn(db, active))
  return {
    ...{ date, issuedOn, listedOnIsPublished: formatOf(format).listedOnIsPublished },
    // An older version knows nothing of the time since, in which the newer one was the list.
    ...(follows && date < follows ? { goneOn: at.slice(0, 10) } : {}),
  }
}

/** Nothing was published on a day that is still to come, whatever a file says of itself. */
function noLater(day: string, today: string): string {
  return day > today ? today : day
}
