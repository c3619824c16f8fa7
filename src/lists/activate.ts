import { activateSnapshot } from '../ledger/activate-snapshot.ts'
import type { Db } from '../ledger/database.ts'
import { type FoundChanges, findingChanges } from '../ledger/find-changes.ts'
import { firstActivated, type SnapshotRow } from '../ledger/list-snapshots.ts'
import { formatOf } from './formats/index.ts'
import { historyOf } from './ofac-history.ts'

/**
 * Makes a kept snapshot the active one, dated as its format and its history say. Inside a transaction.
 *
 * @param found by {@link finding}, beforehand: the transaction is shorter by it. @returns the revision now.
 */
export function activate(db: Db, snapshot: SnapshotRow, at: string, found?: FoundChanges): number {
  return activateSnapshot(db, snapshot, {
    // What was read wrongly stood there all along: bytes that were active before keep their day.
    date: snapshot.issued_on ?? (firstActivated(db, snapshot) ?? at).slice(0, 10),
    ...dating(snapshot),
    ...{ found, at },
  })
}

/** Finds what activating a kept snapshot would change, for `inSlices`. */
export function finding(db: Db, snapshot: SnapshotRow): Generator<undefined, FoundChanges> {
  return findingChanges(db, snapshot, dating(snapshot))
}

function dating({ format }: SnapshotRow) {
  return { listedOnIsPublished: formatOf(format).listedOnIsPublished, history: historyOf(format) }
}
