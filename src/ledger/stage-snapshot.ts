import { setImmediate } from 'node:timers/promises'
import { type Db, inTransaction, one, run } from './database.ts'
import { putForms } from './list-forms.ts'
import { findSnapshot, holdSnapshot, type SnapshotEntry, type SnapshotRow } from './list-snapshots.ts'

/** A version of a list that was read whole. */
export interface NewSnapshot {
  listId: string
  sha256: string
  format: string
  issuedOn: string | null
  bytes: number
  counts: Readonly<Record<string, number>>
  entries: readonly SnapshotEntry[]
  unparsed: readonly { where: string; raw: string; asset: string | null; reason: string }[]
  /** Now, ISO-8601. */
  at: string
}

/** Rows written at a time: a few milliseconds, in which no follower can write. */
const chunkRows = 1_000

/**
 * Writes a snapshot in state `staging`, a few rows at a time: a large list must not keep the followers waiting. One
 * that was left half written by a crash is written anew. Ends with {@link finishStaging}.
 */
export async function stageSnapshot(db: Db, snapshot: NewSnapshot): Promise<void> {
  const id = inTransaction(db, () => begin(db, snapshot))
  if (id === null) return
  for (let from = 0; from < snapshot.entries.length; from += chunkRows) {
    await setImmediate()
    inTransaction(db, () => putEntries(db, id, snapshot.entries.slice(from, from + chunkRows)))
  }
  for (let from = 0; from < snapshot.unparsed.length; from += chunkRows) {
    await setImmediate()
    inTransaction(db, () => putUnparsed(db, snapshot, snapshot.unparsed.slice(from, from + chunkRows)))
  }
}

/** A staged snapshot is whole, and held until it is activated. Inside a transaction. */
export function finishStaging(db: Db, snapshot: NewSnapshot, reason: string | null): SnapshotRow {
  const row = findSnapshot(db, snapshot.listId, snapshot.sha256)
  if (row === undefined) throw new Error('unreachable: the snapshot was staged before')
  if (row.state !== 'staging') return row
  // Another process that stages the same file may have begun anew meanwhile.
  if (countEntries(db, row.id) !== snapshot.entries.length) putEntries(db, row.id, snapshot.entries)
  holdSnapshot(db, row.id, reason)
  return { ...row, state: 'held', reason }
}

/** Keeps a small snapshot at once, held until it is activated. Inside a transaction. */
export function addSnapshot(db: Db, snapshot: NewSnapshot, reason: string | null): SnapshotRow {
  const id = begin(db, snapshot)
  if (id !== null) {
    putEntries(db, id, snapshot.entries)
    putUnparsed(db, snapshot, snapshot.unparsed)
  }
  return finishStaging(db, snapshot, reason)
}

/** Notes a file that is kept as evidence and is no list of its format. One that is known stays what it is. */
export function addRejected(
  db: Db,
  file: { listId: string; sha256: string; format: string; bytes: number; reason: string; at: string },
): void {
  run(
    db,
    `insert into list_snapshots (list_id, sha256, format, state, reason, bytes, counts, imported_at)
     values (?, ?, ?, 'rejected', ?, ?, '{}', ?)
     on conflict (list_id, sha256) do update set reason = excluded.reason where state = 'rejected'`,
    ...[file.listId, file.sha256, file.format, file.reason, file.bytes, file.at],
  )
}

/** @returns the id to write rows for; `null` where the snapshot is kept whole already. */
function begin(db: Db, { listId, sha256, format, issuedOn, bytes, counts, at }: NewSnapshot): number | null {
  const known = findSnapshot(db, listId, sha256)
  if (known === undefined) {
    return run(
      db,
      `insert into list_snapshots (list_id, sha256, format, issued_on, state, bytes, counts, imported_at)
       values (?, ?, ?, ?, 'staging', ?, ?, ?)`,
      ...[listId, sha256, format, issuedOn, bytes, JSON.stringify(counts), at],
    ).id
  }
  if (known.state !== 'staging' && known.state !== 'rejected') return null
  run(db, 'delete from snapshot_entries where snapshot_id = ?', known.id)
  run(
    db,
    `update list_snapshots set state = 'staging', reason = null, format = ?, issued_on = ?, bytes = ?, counts = ?,
       imported_at = ? where id = ?`,
    ...[format, issuedOn, bytes, JSON.stringify(counts), at, known.id],
  )
  return known.id
}

function putEntries(db: Db, snapshotId: number, entries: readonly SnapshotEntry[]): void {
  for (const entry of entries) {
    // Long before the entry: activation is short, and an index in memory has its forms by then.
    putForms(db, entry.key)
    run(
      db,
      `insert or replace into snapshot_entries
         (snapshot_id, key, address, assets, subject, programs, listed_on, published_by, removed_on)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[snapshotId, entry.key, entry.address, JSON.stringify(entry.assets), entry.subject],
      ...[JSON.stringify(entry.programs), entry.listedOn, entry.publishedBy, entry.removedOn],
    )
  }
}

function putUnparsed(
  db: Db,
  { listId, sha256 }: Pick<NewSnapshot, 'listId' | 'sha256'>,
  items: NewSnapshot['unparsed'],
): void {
  for (const item of items) {
    run(
      db,
      `insert into list_unparsed (list_id, snapshot, location, raw, asset, reason) values (?, ?, ?, ?, ?, ?)
       on conflict do nothing`,
      ...[listId, sha256, item.where, item.raw, item.asset, item.reason],
    )
  }
}

function countEntries(db: Db, snapshotId: number): number {
  const row = one<{ n: number }>(
    db,
    'select count(*) as n from snapshot_entries where snapshot_id = ?',
    snapshotId,
  )
  return row?.n ?? 0
}
