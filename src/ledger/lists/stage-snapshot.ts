import { indexVariants } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type Db, inTransaction, one, run } from '../database.ts'
import { inPieces, pieceRows } from '../in-pieces.ts'
import { inTurn } from '../write-turns.ts'
import {
  findSnapshot,
  holdSnapshot,
  type SnapshotEntries,
  type SnapshotEntry,
  type SnapshotEntryRow,
  type SnapshotRow,
  snapshotRowOf,
} from './list-snapshots.ts'
import { putVariants } from './list-variants.ts'
import { putListNumber } from './lists.ts'
import {
  entriesInRange,
  type KeyRange,
  keyRanges,
  putSnapshotChange,
  readSnapshotEntry,
  type VersionId,
} from './snapshot-changes.ts'

/** A version of a list that was read whole. */
export interface NewSnapshot {
  listId: string
  sha256: string
  format: string
  /** The version of the format's parser that read it; 1 where not given. */
  parser?: number
  issuedOn: string | null
  /** SHA-256 of the file as it came, packed or not; `null`, and where not given: not known. */
  fileSha256?: string | null
  bytes: number
  counts: Readonly<Record<string, number>>
  entries: SnapshotEntries
  unparsed: readonly { where: string; raw: string; asset: string | null; reason: string }[]
  /** Now, ISO-8601. */
  at: string
}

/**
 * Writes a snapshot in state `staging`, a few rows at a time. Ends with {@link finishStaging}. Inside `whileLoading`, which
 * sweeps what a crash leaves of it.
 *
 * @throws ChainscreenError `aborted` on the signal.
 */
export async function stageSnapshot(db: Db, snapshot: NewSnapshot, signal?: AbortSignal): Promise<void> {
  const version = await inTurn(db, () => inTransaction(db, () => begin(db, snapshot)))
  if (version === null) return
  const { entries, unparsed } = snapshot
  for (const some of inGroups(entries, pieceRows))
    await inPieces(db, changed(db, version, some), (entry) => putEntry(db, version, entry), { signal })
  const has = entries.has ?? hasAmong(entries)
  for (const range of keyRanges(db, 'snapshot_changes', version.list_id)) {
    const missing = missingKeys(db, version, range, has)
    await inPieces(db, missing, (key) => putSnapshotChange(db, version, key, null), { signal })
  }
  await inPieces(db, unparsed, (item) => putUnparsed(db, snapshot, item), { signal })
}

/** A staged snapshot is whole, and held until it is activated. Inside a transaction. */
export function finishStaging(db: Db, snapshot: NewSnapshot, reason: string | null): SnapshotRow {
  const row = findSnapshot(db, snapshot.listId, snapshot.sha256, snapshot.parser ?? 1)
  if (row === undefined) throw new Error('unreachable: the snapshot was staged before')
  if (row.state !== 'staging') return row
  holdSnapshot(db, row.id, reason)
  return { ...row, state: 'held', reason }
}

/** Keeps a small snapshot at once, held until it is activated. Inside a transaction. */
export function addSnapshot(db: Db, snapshot: NewSnapshot, reason: string | null): SnapshotRow {
  const version = begin(db, snapshot)
  if (version !== null) {
    const { entries, unparsed } = snapshot
    for (const entry of changed(db, version, entries)) putEntry(db, version, entry)
    const has = entries.has ?? hasAmong(entries)
    for (const range of keyRanges(db, 'snapshot_changes', version.list_id))
      for (const key of missingKeys(db, version, range, has)) putSnapshotChange(db, version, key, null)
    for (const item of unparsed) putUnparsed(db, snapshot, item)
  }
  return finishStaging(db, snapshot, reason)
}

/** Notes a file that is kept as evidence and is no list of its format. One that is known stays what it is. */
export function addRejected(
  db: Db,
  file: Pick<NewSnapshot, 'listId' | 'sha256' | 'format' | 'parser' | 'bytes' | 'at'> & { reason: string },
): void {
  const { listId, sha256, format, parser = 1, reason, bytes, at } = file
  run(
    db,
    `insert into list_snapshots (list_id, sha256, format, parser, state, reason, bytes, counts, imported_at)
     values (?, ?, ?, ?, 'rejected', ?, ?, '{}', ?)
     on conflict (list_id, sha256, parser) do update set reason = excluded.reason where state = 'rejected'`,
    ...[listId, sha256, format, parser, reason, bytes, at],
  )
}

/**
 * @returns what to write rows for; `null` where the snapshot is kept whole already. It is the newest of its list: its rows are
 * what it changes of all versions before.
 * @throws ChainscreenError `bad-file` where it is kept as it reads in another format.
 */
function begin(db: Db, snapshot: NewSnapshot): VersionId | null {
  const { listId, sha256, format, parser = 1, issuedOn, fileSha256 = null, bytes, at } = snapshot
  const counts = JSON.stringify(snapshot.counts)
  const known = findSnapshot(db, listId, sha256, parser)
  if (known === undefined) {
    putListNumber(db, listId)
    const { id } = run(
      db,
      `insert into list_snapshots (list_id, sha256, format, parser, issued_on, state, bytes, counts, imported_at, file_sha256)
       values (?, ?, ?, ?, ?, 'staging', ?, ?, ?, ?)`,
      ...[listId, sha256, format, parser, issuedOn, bytes, counts, at, fileSha256 ?? knownFile(db, snapshot)],
    )
    return { id, list_id: listId }
  }
  if (known.state !== 'rejected') {
    if (known.format === format) return null
    throw new ChainscreenError(
      'bad-file',
      `The same bytes are stored as a version of format ${known.format} of list ${listId}: to read them as ${format}, give the list another id.`,
    )
  }
  // The reason stays until it is whole: a crash must not forget that it was rejected.
  putListNumber(db, listId)
  const id = (one<{ id: number }>(db, 'select max(id) + 1 as id from list_snapshots') ?? known).id
  run(
    db,
    `update list_snapshots set id = ?, state = 'staging', format = ?, issued_on = ?, bytes = ?, counts = ?,
       imported_at = ?, file_sha256 = ? where id = ?`,
    ...[id, format, issuedOn, bytes, counts, at, fileSha256, known.id],
  )
  return { id, list_id: listId }
}

/** The file in which the same bytes first came: a newer parser reads the archived copy. */
function knownFile(db: Db, { listId, sha256 }: NewSnapshot): string | null {
  const sql = `select file_sha256 as hash from list_snapshots where list_id = ? and sha256 = ? and file_sha256 is not null
    order by id limit 1`
  return one<{ hash: string }>(db, sql, listId, sha256)?.hash ?? null
}

/** An entry, with what takes time to compute: that is done before the write lock is taken. */
interface ReadyEntry {
  row: SnapshotEntryRow
  /** `null` where the version before named the key: they are written. */
  variants: readonly Key[] | null
}

function* inGroups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = []
  for (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Those of which the version says something else than the one before it. */
function changed(db: Db, version: VersionId, entries: Iterable<SnapshotEntry>): ReadyEntry[] {
  const ready: ReadyEntry[] = []
  for (const entry of entries) {
    const row = snapshotRowOf(entry)
    const former = readSnapshotEntry(db, version, row.key)
    if (former === undefined) ready.push({ row, variants: indexVariants(row.key) })
    else if (!isSameEntry(former, row)) ready.push({ row, variants: null })
  }
  return ready
}

function isSameEntry(a: SnapshotEntryRow, b: SnapshotEntryRow): boolean {
  return (Object.keys(a) as (keyof SnapshotEntryRow)[]).every((column) => a[column] === b[column])
}

/** The keys of a range that the version before names, and this one does not. */
function missingKeys(db: Db, version: VersionId, range: KeyRange, has: (key: Key) => boolean): Key[] {
  const keys = entriesInRange(db, version, range).map(({ key }) => key)
  return keys.filter((key) => !has(key))
}

function hasAmong(entries: SnapshotEntries): (key: Key) => boolean {
  const keys = new Set<Key>()
  for (const { key } of entries) keys.add(key)
  return (key) => keys.has(key)
}

function putEntry(db: Db, version: VersionId, { row, variants }: ReadyEntry): void {
  // Long before the entry: activation is short, and an index in memory has its variants by then.
  if (variants !== null) putVariants(db, row.key, row.address, variants)
  putSnapshotChange(db, version, row.key, row)
}

function putUnparsed(
  db: Db,
  { listId, sha256, parser = 1 }: Pick<NewSnapshot, 'listId' | 'sha256' | 'parser'>,
  item: NewSnapshot['unparsed'][number],
): void {
  run(
    db,
    `insert into list_unparsed (list_id, snapshot, parser, location, raw, asset, reason)
     values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    ...[listId, sha256, parser, item.where, item.raw, item.asset, item.reason],
  )
}
