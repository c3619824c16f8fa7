import { activateSnapshot } from '../ledger/activate-snapshot.ts'
import type { Db } from '../ledger/database.ts'
import { firstActivated, type SnapshotRow } from '../ledger/list-snapshots.ts'
import { formatOf } from './formats/index.ts'
import { historyOf } from './ofac-history.ts'

/** Makes a kept snapshot the active one, dated as its format and its history say. Inside a transaction. @returns the revision now. */
export function activate(db: Db, snapshot: SnapshotRow, at: string): number {
  return activateSnapshot(db, snapshot, {
    // What was read wrongly stood there all along: bytes that were active before keep their day.
    date: snapshot.issued_on ?? (firstActivated(db, snapshot) ?? at).slice(0, 10),
    listedOnIsPublished: formatOf(snapshot.format).listedOnIsPublished,
    history: historyOf(snapshot.format),
    at,
  })
}
