import { all, type Db, one, run } from '../database.ts'

/**
 * What came of one look at a list's source. `activated`, `unchanged` and `not-modified` (HTTP 304) are successful
 * checks; `held`: sound, and waits for approval; `rejected`: arrived whole, and is no list of this format;
 * `failed`: did not arrive.
 */
export type CheckOutcome = 'activated' | 'held' | 'unchanged' | 'not-modified' | 'rejected' | 'failed'

export interface ListCheck {
  list_id: string
  /** ISO-8601. */
  at: string
  outcome: CheckOutcome
  /** The last HTTP status, where there was one. */
  status: number | null
  /** A sentence for people. */
  detail: string | null
  /** The snapshot it is about. */
  sha256: string | null
  bytes: number | null
}

/** No sentence needs more; what a hostile file puts into an error must not fill the table. */
const maxDetail = 1_000

/** Appends to the history of a list. */
export function noteCheck(db: Db, check: ListCheck): void {
  run(
    db,
    'insert into list_checks (list_id, at, outcome, status, detail, sha256, bytes) values (?, ?, ?, ?, ?, ?, ?)',
    ...[check.list_id, check.at, check.outcome, check.status],
    ...[check.detail?.slice(0, maxDetail) ?? null, check.sha256, check.bytes],
  )
}

/** The last checks of a list, newest first. */
export function readChecks(db: Db, listId: string, limit: number): ListCheck[] {
  return all<ListCheck>(
    db,
    `select list_id, at, outcome, status, detail, sha256, bytes from list_checks
     where list_id = ? order by seq desc limit ?`,
    ...[listId, limit],
  )
}

/**
 * The last looks at a list's url, newest first. Each has an HTTP status, or failed; approving or importing a version by
 * hand is none, nor is reading the kept one anew.
 */
export function readLooks(db: Db, listId: string, limit: number): Pick<ListCheck, 'at' | 'outcome'>[] {
  return all(
    db,
    `select at, outcome from list_checks where list_id = ? and (status is not null or outcome = 'failed')
     order by seq desc limit ?`,
    ...[listId, limit],
  )
}

/** When a snapshot was last what the source had. */
export function lastSeen(db: Db, listId: string, sha256: string): string | null {
  const row = one<{ at: string | null }>(
    db,
    'select max(at) as at from list_checks where list_id = ? and sha256 = ?',
    ...[listId, sha256],
  )
  return row?.at ?? null
}
