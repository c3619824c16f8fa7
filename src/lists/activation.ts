import type { Db } from '../ledger/database.ts'
import type { Activation } from '../ledger/find-changes.ts'
import { countsOf, firstActivated, type SnapshotRow } from '../ledger/list-snapshots.ts'
import { formatOf } from './formats/index.ts'
import { historyOf } from './ofac-history.ts'

/** How activating a kept snapshot dates what it changes: as its format and its history say. @param at now, ISO-8601. */
export function activationOf(db: Db, snapshot: SnapshotRow, at: string): Activation {
  const { category, listedOnIsPublished } = formatOf(snapshot.format)
  return {
    // What was read wrongly stood there all along: bytes that were active before keep their day.
    date: snapshot.issued_on ?? (firstActivated(db, snapshot) ?? at).slice(0, 10),
    ...{ category, listedOnIsPublished, history: historyOf(snapshot.format, countsOf(snapshot)), at },
  }
}
