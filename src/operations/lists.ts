import { type Act, writeAudit } from '../ledger/audit.ts'
import type { Db } from '../ledger/database.ts'
import { listSnapshots, type SnapshotEntry } from '../ledger/lists/list-snapshots.ts'
import { type Approval, approveSnapshot, heldSnapshot } from '../lists/approve-snapshot.ts'
import { type ImportOutcome, importList, type ListSource } from '../lists/import-list.ts'
import { type RemovedList, removeList as takeOutOfForce } from '../lists/remove-list.ts'
import { reportDiff } from '../lists/report.ts'
import { checkedAct } from './act.ts'

/** What approving a held version would activate. */
export interface ApprovalPreview {
  listId: string
  sha256: string
  issuedOn: string | null
  /** Why it is held. */
  reason: string | null
  /** What it changes against the active version; `null` where none is active. */
  diff: {
    from: string
    added: readonly SnapshotEntry[]
    removed: readonly SnapshotEntry[]
    changed: number
  } | null
}

/** What {@link approveList} would do. @throws ChainscreenError `usage` for a version that is not held. */
export function previewApproval(db: Db, listId: string, prefix: string): ApprovalPreview {
  const { sha256, issued_on: issuedOn, reason } = heldSnapshot(db, listId, prefix)
  const active = listSnapshots(db, listId).find(({ state }) => state === 'active')
  if (active === undefined) return { listId, sha256, issuedOn, reason, diff: null }
  const { from, added, removed, changed } = reportDiff(db, listId, active.sha256, sha256)
  return { listId, sha256, issuedOn, reason, diff: { from, added, removed, changed: changed.length } }
}

/**
 * Activates a held version of a list.
 *
 * @param prefix its SHA-256, or the first digits of it.
 * @throws ChainscreenError as `approveSnapshot`; `usage` for words that must not be stored.
 */
export async function approveList(db: Db, listId: string, prefix: string, by: Act): Promise<Approval> {
  const act = checkedAct(by)
  return approveSnapshot(db, listId, prefix, act.at, ({ sha256, revision, reason }) =>
    writeAudit(db, act, 'list.approved', listId, { sha256, revision, ...(reason !== null && { reason }) }),
  )
}

/**
 * Loads a file that a person brings as a new version of a list.
 *
 * @param approve activates it although the import checks object.
 * @throws ChainscreenError as `importList`; `usage` for words that must not be stored.
 */
export async function importListFile(
  db: Db,
  source: ListSource,
  path: string,
  approve: boolean,
  by: Act,
): Promise<ImportOutcome> {
  const act = checkedAct(by)
  return importList(
    db,
    source,
    { path },
    {
      ...{ approve, byHand: true, at: act.at },
      record: ({ state, sha256, revision, reasons }) => {
        const data = { state, sha256, revision, ...(reasons.length > 0 && { reasons }) }
        writeAudit(db, act, 'list.imported', source.id, data)
      },
    },
  )
}

/** Takes a list out of force. @throws ChainscreenError as `removeList`; `usage` for words that must not be stored. */
export async function removeList(
  db: Db,
  listId: string,
  inConfig: readonly { id: string }[],
  by: Act,
): Promise<RemovedList> {
  return takeOutOfForce(db, listId, inConfig, checkedAct(by))
}
