import type { Key } from '../address/key.ts'
import type { Category } from '../screening/types.ts'
import { all, type Db, one, run } from './database.ts'

/** A version of a list, as the ledger keeps it. */
export interface SnapshotRow {
  id: number
  list_id: string
  sha256: string
  format: string
  issued_on: string | null
  state: 'active' | 'superseded' | 'held'
  reason: string | null
  bytes: number
  /** JSON: what the file says of itself. */
  counts: string
  imported_at: string
  activated_at: string | null
  revision: number | null
}

/** One key of one snapshot. */
export interface SnapshotEntry {
  key: Key
  /** As published. */
  address: string
  assets: readonly string[]
  subject: string | null
  programs: readonly string[]
  listedOn: string | null
  publishedBy: string | null
  removedOn: string | null
}

export interface NewSnapshot {
  listId: string
  category: Category
  sha256: string
  format: string
  issuedOn: string | null
  bytes: number
  counts: Readonly<Record<string, number>>
  entries: readonly SnapshotEntry[]
  unparsed: readonly { where: string; raw: string; asset: string | null; reason: string }[]
  at: string
}

export function findSnapshot(db: Db, listId: string, sha256: string): SnapshotRow | undefined {
  return one<SnapshotRow>(db, 'select * from list_snapshots where list_id = ? and sha256 = ?', listId, sha256)
}

export function activeSnapshot(db: Db, listId: string): SnapshotRow | undefined {
  return one<SnapshotRow>(db, `select * from list_snapshots where list_id = ? and state = 'active'`, listId)
}

/** Newest first. */
export function listSnapshots(db: Db, listId: string): SnapshotRow[] {
  return all<SnapshotRow>(db, 'select * from list_snapshots where list_id = ? order by id desc', listId)
}

/** Keeps a snapshot, held until it is activated. Inside a transaction. */
export function addSnapshot(db: Db, snapshot: NewSnapshot, reason: string | null): SnapshotRow {
  const { id } = run(
    db,
    `insert into list_snapshots (list_id, sha256, format, issued_on, state, reason, bytes, counts, imported_at)
     values (?, ?, ?, ?, 'held', ?, ?, ?, ?)`,
    ...[snapshot.listId, snapshot.sha256, snapshot.format, snapshot.issuedOn, reason],
    ...[snapshot.bytes, JSON.stringify(snapshot.counts), snapshot.at],
  )
  for (const entry of snapshot.entries) {
    run(
      db,
      `insert into snapshot_entries
         (snapshot_id, key, address, assets, subject, programs, listed_on, published_by, removed_on)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, entry.key, entry.address, JSON.stringify(entry.assets), entry.subject],
      ...[JSON.stringify(entry.programs), entry.listedOn, entry.publishedBy, entry.removedOn],
    )
  }
  for (const item of snapshot.unparsed) {
    run(
      db,
      `insert into list_unparsed (list_id, snapshot, location, raw, asset, reason) values (?, ?, ?, ?, ?, ?)
       on conflict do nothing`,
      ...[snapshot.listId, snapshot.sha256, item.where, item.raw, item.asset, item.reason],
    )
  }
  const row = findSnapshot(db, snapshot.listId, snapshot.sha256)
  if (row === undefined) throw new Error('unreachable: the snapshot was just written')
  return row
}

/** A kept snapshot waits for approval, also one that was active before. */
export function holdSnapshot(db: Db, id: number, reason: string): void {
  run(db, `update list_snapshots set state = 'held', reason = ? where id = ?`, reason, id)
}

export function snapshotEntries(db: Db, snapshotId: number): SnapshotEntry[] {
  return all<Record<string, string | null> & { key: Key; address: string; assets: string; programs: string }>(
    db,
    `select key, address, assets, subject, programs, listed_on as listedOn, published_by as publishedBy,
       removed_on as removedOn
     from snapshot_entries where snapshot_id = ? order by key`,
    snapshotId,
  ).map((row) => ({
    key: row.key,
    address: row.address,
    assets: JSON.parse(row.assets) as string[],
    subject: row.subject ?? null,
    programs: JSON.parse(row.programs) as string[],
    listedOn: row.listedOn ?? null,
    publishedBy: row.publishedBy ?? null,
    removedOn: row.removedOn ?? null,
  }))
}
