import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { activateStaged } from '../ledger/lists/activate-snapshot.ts'
import { lastSeen, noteCheck } from '../ledger/lists/list-checks.ts'
import { isRemoved } from '../ledger/lists/list-removals.ts'
import { listSnapshots, type SnapshotRow } from '../ledger/lists/list-snapshots.ts'
import { noteChecked } from '../ledger/lists/lists.ts'
import { stageChanges } from '../ledger/lists/stage-changes.ts'
import { whileLoading } from '../ledger/while-loading.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { activationOf } from './activation.ts'
import { archivedPath, checkArchived } from './archive.ts'
import { snapshotNamed } from './find-snapshot.ts'
import { noVersions } from './report.ts'

export interface Approval {
  listId: string
  sha256: string
  issuedOn: string | null
  /** Why it was held. */
  reason: string | null
  revision: number
}

/**
 * Activates a version that is held, from what is stored. Its archived file is read again first: it must still be the
 * file that was held.
 *
 * @param prefix the SHA-256, or its first digits. @param at now, ISO-8601. @param record called in the transaction that activates it.
 * @throws ChainscreenError `usage` for a snapshot that is not held, `bad-file` where its file is gone or damaged,
 * `database-busy` where another process loads something for too long.
 */
export async function approveSnapshot(
  db: Db,
  listId: string,
  prefix: string,
  at: string,
  record: (approval: Approval) => void = () => {},
): Promise<Approval> {
  const named = heldSnapshot(db, listId, prefix)
  await checkArchived(archivedPath(db.name, named.sha256), named.sha256)
  return whileLoading(db, async () => {
    const snapshot = heldSnapshot(db, listId, named.sha256)
    const changes = await stageChanges(db, snapshot, activationOf(db, snapshot, at))
    const approve = () => {
      const { sha256, issued_on: issuedOn, reason, bytes } = snapshot
      const seen = lastSeen(db, listId, sha256) ?? snapshot.imported_at
      const revision = activateStaged(db, snapshot, changes, at, false)
      // An approval is no look at the source: the list is as fresh as when this version was last found there.
      noteChecked(db, listId, seen)
      noteCheck(db, {
        ...{ list_id: listId, at, outcome: 'activated', status: null, sha256, bytes },
        detail: `approved by hand; was held: ${reason ?? 'no reason noted'}`,
      })
      const approval = { listId, sha256, issuedOn, reason, revision }
      record(approval)
      return approval
    }
    return inTurn(db, () => inTransaction(db, approve))
  })
}

/** A version that is held, by its first digits. @throws ChainscreenError `usage` for one that is not held. */
export function heldSnapshot(db: Db, listId: string, prefix: string): SnapshotRow {
  const snapshots = listSnapshots(db, listId)
  if (snapshots.length === 0) throw noVersions(db, listId)
  const snapshot = snapshotNamed(snapshots, prefix)
  if (snapshot.state === 'held') return snapshot
  if (snapshot.state === 'superseded' && isRemoved(db, listId)) {
    throw new ChainscreenError(
      'usage',
      `List ${listId} was taken out of force: put it back into the config, and load it with \`chainscreen lists update ${listId}\`.`,
    )
  }
  const why = {
    active: 'it is active already',
    superseded: 'a newer version is active since; to go back to it, import its file with --approve',
    rejected: `it was rejected: ${snapshot.reason}`,
    staging: 'it is still being loaded',
  }[snapshot.state]
  throw new ChainscreenError(
    'usage',
    `Snapshot ${snapshot.sha256.slice(0, 12)} of ${listId} is not held: ${why}.`,
  )
}
