import type { Category } from '../../screening/types.ts'
import { type Db, run } from '../database.ts'
import { writeListActivated } from '../events/list-events.ts'
import { bumpRevision, readRevisions } from '../revisions.ts'
import type { Activation } from './find-changes.ts'
import type { SnapshotRow } from './list-snapshots.ts'
import { beginRescreen } from './rescreens.ts'
import { type StagedChanges, stageChangesAtOnce, stillHold } from './stage-changes.ts'

/**
 * Makes a kept snapshot the active one of its list: entries, intervals, the list revision, and the job that matches
 * stored history with what changed, begin to count together, inside a transaction of a few statements however much was
 * staged. A snapshot that says the same of every address moves no revision: what was screened stays screened.
 *
 * @param staged and `stillHold`, asked in the same transaction. @param isLatest it is what its source has now. An approval is of a
 * version that came before: what came since, and waits too, goes on waiting. @returns the revision now.
 */
export function activateStaged(
  db: Db,
  snapshot: SnapshotRow,
  staged: StagedChanges,
  at: string,
  isLatest = true,
): number {
  if (!stillHold(db, snapshot.list_id, staged)) throw new Error('what was staged does not hold any more')
  const { load, moved, category, counts } = staged
  const revision = load === null ? readRevisions(db).list : bumpRevision(db, 'list')
  if (load !== null) beginRescreen(db, load, { revision, nothing: moved === 0, at })
  markActive(db, snapshot, { revision, category, at, isLatest })
  writeListActivated(db, snapshot, { load, revision, counts, at })
  return revision
}

/** Before the reason why a version is held, which its next import replaces. */
const comparedBefore = 'compared with an earlier active version: '

/** The same for a list of a few entries, staged in the same transaction. */
export function activateSnapshot(db: Db, snapshot: SnapshotRow, activation: Activation): number {
  return activateStaged(db, snapshot, stageChangesAtOnce(db, snapshot, activation), activation.at)
}

function markActive(
  db: Db,
  snapshot: SnapshotRow,
  {
    revision,
    category,
    at,
    isLatest,
  }: { revision: number; category: Category | null; at: string; isLatest: boolean },
): void {
  const { list_id: listId, sha256 } = snapshot
  // What waited for approval had come before it was active; what was active once comes back now.
  const contentSince = snapshot.activated_at === null ? snapshot.imported_at : at
  // What waited for approval came before this version, and would take it back. But the same bytes, read anew, are no news.
  run(
    db,
    `update list_snapshots as s set state = 'superseded' where list_id = ?1 and (state = 'active' or state = 'held'
       and (sha256 = ?2 or (select active_snapshot from lists where id = ?1) is not ?2)
       and (?3 or sha256 = ?2 or
         (ifnull((select max(seq) from list_checks c where c.list_id = ?1 and c.sha256 = s.sha256), 0), id)
         < (ifnull((select max(seq) from list_checks c where c.list_id = ?1 and c.sha256 = ?2), 0), ?4)))`,
    ...[listId, sha256, isLatest ? 1 : 0, snapshot.id],
  )
  run(
    db,
    `update list_snapshots set state = 'active', activated_at = ?, revision = ? where id = ?`,
    ...[at, revision, snapshot.id],
  )
  run(
    db,
    'insert into list_activations (list_id, snapshot_id, revision, at, recorded) values (?, ?, ?, ?, 1)',
    ...[listId, snapshot.id, revision, at],
  )
  // What still waits was compared with the version that was active until now.
  run(
    db,
    `update list_snapshots set reason = ?1 || reason
     where list_id = ?2 and state = 'held' and substr(reason, 1, length(?1)) != ?1`,
    ...[comparedBefore, listId],
  )
  run(
    db,
    `update lists set content_since = iif(active_snapshot is ?1 and content_since is not null, content_since, ?2),
       active_snapshot = ?1, issued_on = ?3, activated_at = ?4, checked_at = ?4, revision = ?5,
       format = ?6, category = ifnull(?7, category), removed_at = null where id = ?8`,
    ...[sha256, contentSince, snapshot.issued_on, at, revision, snapshot.format, category, listId],
  )
}
