import { writeAudit } from '../audit.ts'
import { type Db, one, run } from '../database.ts'
import { dropFreezeList } from '../freezes/freeze-contracts.ts'
import { bumpRevision, readRevisions } from '../revisions.ts'
import { freezeListFormat, type ListRow } from './lists.ts'
import { beginRescreen } from './rescreens.ts'
import type { StagedChanges } from './stage-changes.ts'

/** Who took a list out of force, when and why. */
export interface ListRemoval {
  at: string
  actor: string
  note: string | null
  /** Entries that were in force. */
  entries: number
  /** The list revision that ended them. */
  revision: number
}

/** By whom a list was last taken out of force. */
export function readRemoval(db: Db, listId: string): ListRemoval | undefined {
  return one<ListRemoval>(
    db,
    'select at, actor, note, entries, revision from list_removals where list_id = ? order by id desc limit 1',
    listId,
  )
}

/** By whom a list was taken out of force with this list revision. */
export function removalAt(db: Db, listId: string, revision: number): ListRemoval | undefined {
  return one<ListRemoval>(
    db,
    `select at, actor, note, entries, revision from list_removals
     where list_id = ? and revision = ? and entries > 0 order by id desc limit 1`,
    ...[listId, revision],
  )
}

/** Which removal of a list was its last, so that a later one can be told; 0 = none. */
export function lastRemoval(db: Db, listId: string): number {
  const row = one<{ id: number | null }>(
    db,
    'select max(id) as id from list_removals where list_id = ?',
    listId,
  )
  return row?.id ?? 0
}

/** Whether a list is out of force by hand, and was not loaded again since. */
export function isRemoved(db: Db, listId: string): boolean {
  return one(db, 'select 1 from lists where id = ? and removed_at is not null', listId) !== undefined
}

/**
 * Takes a list out of force, inside a transaction: its entries end, the list revision grows, what waited for approval is superseded,
 * and no version is active. Kept versions stay.
 *
 * @param staged its entries with their end, as `stageRemoval` left them; `null` for a list that is read from a chain.
 */
export function markRemoved(
  db: Db,
  list: ListRow,
  staged: StagedChanges | null,
  by: { actor: string; note: string | null; at: string },
): ListRemoval {
  const { id } = list
  const entries =
    list.format === freezeListFormat ? dropFreezeList(db, id, by.at) : endEntries(db, staged, by.at)
  const { list: revision } = readRevisions(db)
  run(
    db,
    `update list_snapshots set state = 'superseded' where list_id = ? and state in ('active', 'held')`,
    id,
  )
  run(
    db,
    `update lists set active_snapshot = null, issued_on = null, content_since = null, revision = ?, removed_at = ?
     where id = ?`,
    ...[revision, by.at, id],
  )
  run(
    db,
    'insert into list_removals (list_id, at, actor, note, entries, revision) values (?, ?, ?, ?, ?, ?)',
    ...[id, by.at, by.actor, by.note, entries, revision],
  )
  writeAudit(db, by, 'list.removed', id, { entries, revision })
  return { ...by, entries, revision }
}

function endEntries(db: Db, staged: StagedChanges | null, at: string): number {
  if (staged === null || staged.load === null) return 0
  beginRescreen(db, staged.load, { revision: bumpRevision(db, 'list'), nothing: staged.moved === 0, at })
  return staged.moved
}
