import type { Key } from '../../address/key.ts'
import { all, type Db, one, run } from '../database.ts'

/**
 * `held`: waits for approval, and is newer than the active one. `superseded`: another one became active since. `rejected`: kept as evidence, and no list of its format. `staging`: being written, not
 * to be used yet.
 */
export type SnapshotState = 'active' | 'superseded' | 'held' | 'rejected' | 'staging'

/** A version of a list, as the ledger keeps it. */
export interface SnapshotRow {
  id: number
  list_id: string
  sha256: string
  format: string
  issued_on: string | null
  state: SnapshotState
  /** Why it is held, or was rejected. */
  reason: string | null
  bytes: number
  /** JSON: what the file says of itself. */
  counts: string
  imported_at: string
  /** Of its last activation: `list_activations` has all of them. */
  activated_at: string | null
  /** The list revision at its last activation. */
  revision: number | null
  /** The version of the format's parser that read it: the same bytes read by another are another snapshot. */
  parser: number
  /** SHA-256 of the file as it came, packed or not; `null`: made of deltas, or not recorded. */
  file_sha256: string | null
}

/** The day on which these bytes were first activated, by whichever reading of them; of what never was, the day it came. */
export function activatedOn(db: Db, { list_id, sha256, imported_at }: SnapshotRow): string {
  const first = one<{ at: string | null }>(db, firstActivationSql, list_id, sha256, null)?.at
  return (first ?? imported_at).slice(0, 10)
}

/** What a version's file says of itself, such as how many parties it has. */
export function countsOf({ counts }: Pick<SnapshotRow, 'counts'>): Readonly<Record<string, number>> {
  return JSON.parse(counts) as Record<string, number>
}

/** One key of one snapshot. */
export interface SnapshotEntry {
  key: Key
  /** As published. */
  address: string
  assets: readonly string[]
  subject: string | null
  /** The source's ids of the parties. */
  subjectIds: readonly string[]
  programs: readonly string[]
  listedOn: string | null
  publishedBy: string | null
  removedOn: string | null
}

/** The entries of a version that was read, one for each key: not all of them need be in memory. */
export interface SnapshotEntries extends Iterable<SnapshotEntry> {
  readonly length: number
  /** Whether there is one for this key; where not given it is looked for among them. */
  has?: (key: Key) => boolean
}

/** @param parser the version that read it; where not given, of those that count or wait the newest. */
export function findSnapshot(
  db: Db,
  listId: string,
  sha256: string,
  parser: number | null = null,
): SnapshotRow | undefined {
  return one<SnapshotRow>(
    db,
    `select * from list_snapshots where list_id = ?1 and sha256 = ?2 and parser = ifnull(?3, parser)
     order by state in ('active', 'held') desc, parser desc limit 1`,
    ...[listId, sha256, parser],
  )
}

export function activeSnapshot(db: Db, listId: string): SnapshotRow | undefined {
  return one<SnapshotRow>(db, `select * from list_snapshots where list_id = ? and state = 'active'`, listId)
}

/** The version that a list revision made active. */
export function snapshotOfRevision(db: Db, listId: string, revision: number): SnapshotRow | undefined {
  return one<SnapshotRow>(db, snapshotOfRevisionSql, listId, revision)
}

/** A later activation at the same revision changed nothing. */
const snapshotOfRevisionSql = `select s.* from list_activations a join list_snapshots s on s.id = a.snapshot_id
  where a.list_id = ? and a.revision = ? order by a.seq limit 1`

/** When another version of the parser first had these bytes activated; `null` where none had. */
export function firstActivated(db: Db, { id, list_id, sha256 }: SnapshotRow): string | null {
  return one<{ at: string | null }>(db, firstActivationSql, list_id, sha256, id)?.at ?? null
}

/** Of bytes, but for one reading of them. */
const firstActivationSql = `select min(a.at) as at
  from list_snapshots s join list_activations a on a.list_id = s.list_id and a.snapshot_id = s.id
  where s.list_id = ? and s.sha256 = ? and s.id is not ?`

/** Of the versions that wait for approval, the one that was found last: also one that was known before. */
export function lastHeld(db: Db, listId: string): SnapshotRow | undefined {
  return one<SnapshotRow>(
    db,
    `select * from list_snapshots s where list_id = ? and state = 'held' order by
       (select max(seq) from list_checks c where c.list_id = s.list_id and c.sha256 = s.sha256) desc, id desc limit 1`,
    listId,
  )
}

/** Newest first. */
export function listSnapshots(db: Db, listId: string): SnapshotRow[] {
  return all<SnapshotRow>(db, 'select * from list_snapshots where list_id = ? order by id desc', listId)
}

/** A kept snapshot waits for approval, also one that was active before. */
export function holdSnapshot(db: Db, id: number, reason: string | null): void {
  run(db, `update list_snapshots set state = 'held', reason = ? where id = ?`, reason, id)
}

/** A row of `snapshot_entries`. */
export interface SnapshotEntryRow {
  key: Key
  /** As published. */
  address: string
  /** JSON: the source's labels. */
  assets: string
  subject: string | null
  /** JSON. */
  subject_ids: string
  /** JSON. */
  programs: string
  listed_on: string | null
  published_by: string | null
  /** `null` = in force. */
  removed_on: string | null
}

/** An entry as it is stored. */
export function snapshotRowOf(entry: SnapshotEntry): SnapshotEntryRow {
  const { key, address, subject, listedOn, publishedBy, removedOn } = entry
  const [assets, programs] = [JSON.stringify(entry.assets), JSON.stringify(entry.programs)]
  const subject_ids = JSON.stringify(entry.subjectIds)
  return {
    ...{ key, address, assets, subject, subject_ids, programs },
    ...{ listed_on: listedOn, published_by: publishedBy, removed_on: removedOn },
  }
}

/**
 * Versions that an earlier program rejected, and whose kept files have to be looked through: may they be kept at all?
 *
 * @returns `null` where that was done.
 */
export function rejectedToSweep(db: Db): SnapshotRow[] | null {
  if (one(db, `select 1 from meta where key = 'rejected_to_sweep'`) === undefined) return null
  return all<SnapshotRow>(
    db,
    `select * from list_snapshots r where state = 'rejected' and not exists (
       select 1 from list_snapshots s where s.sha256 = r.sha256 and s.state != 'rejected') order by id`,
  )
}

/** They have been looked through. */
export function noteRejectedSwept(db: Db): void {
  run(db, `delete from meta where key = 'rejected_to_sweep'`)
}
