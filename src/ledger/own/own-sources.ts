import type { Key } from '../../address/key.ts'
import type { OwnKind } from '../../own/own-row.ts'
import { all, type Db, one, run } from '../database.ts'

/** What is known of a source of own addresses. */
export interface OwnSourceState {
  id: string
  type: 'file' | 'postgres'
  /** SHA-256 of what is read. Of another, neither the position nor the content holds. */
  identity: string
  /** Of a query: the highest seq that was read; `null` where there was none yet. */
  position: bigint | null
  /** Of a query: when all rows were asked for last, ISO-8601. */
  wholeAt: string | null
  /** Of a file: SHA-256 of the content that was loaded last. */
  sha256: string | null
  /** When it was last read to its end, ISO-8601; `null` for never. */
  loadedAt: string | null
  /** Until when all that it names is known, ISO-8601; `null` for never. Of a file this may be an hour before now. */
  seenAt: string | null
  /** Since when it can't be read, ISO-8601; `null` while it can. */
  failingSince: string | null
  /** Why, as a sentence. */
  failure: string | null
}

/** @returns `undefined` for one that was never looked at. */
export function readOwnSource(db: Db, id: string): OwnSourceState | undefined {
  const row = one<Omit<OwnSourceState, 'position'> & { position: string | null }>(
    db,
    `select id, type, identity, position, whole_at as wholeAt, sha256, loaded_at as loadedAt,
       seen_at as seenAt, failing_since as failingSince, failure from own_sources where id = ?`,
    id,
  )
  return row && { ...row, position: row.position === null ? null : BigInt(row.position) }
}

/** A row of a source that is no own address. */
export interface UntakenRow {
  /** Its seq; of a file its line. */
  place: string
  /** `removed`: by `own remove`, which stands until somebody adds the address by hand. */
  kind: 'bad' | 'removed'
  /** A clause, without what stands in the row. */
  reason: string
}

/** Rows that are noted one by one; more are as bad. */
export const mostUntaken = 1_000

/** What reading a source to its end came to. */
export interface OwnSourceRead
  extends Pick<OwnSourceState, 'id' | 'type' | 'identity' | 'position' | 'wholeAt' | 'sha256'> {
  at: string
  untaken: readonly UntakenRow[]
  /** Above which seq rows were asked for; `null`: all of them. */
  after: bigint | null
}

/** Notes that a source was read to its end. In the transaction that makes its addresses own, or, where none is new, in any. */
export function noteOwnSourceRead(db: Db, read: OwnSourceRead): void {
  run(
    db,
    `insert into own_sources (id, type, identity, position, whole_at, sha256, loaded_at, seen_at)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
     on conflict do update set type = excluded.type, identity = excluded.identity, position = excluded.position,
       whole_at = excluded.whole_at, sha256 = excluded.sha256, loaded_at = excluded.loaded_at,
       seen_at = excluded.seen_at, failing_since = null, failure = null`,
    ...[read.id, read.type, read.identity, read.position?.toString() ?? null, read.wholeAt, read.sha256],
    read.at,
  )
  // SQLite's integers have 64 bits, as those of PostgreSQL.
  run(
    db,
    'delete from own_source_rows where source = ?1 and (?2 is null or cast(place as integer) > cast(?2 as integer))',
    ...[read.id, read.after?.toString() ?? null],
  )
  for (const { place, kind, reason } of read.untaken.slice(0, mostUntaken))
    run(
      db,
      'insert into own_source_rows (source, place, kind, reason) values (?, ?, ?, ?) on conflict do nothing',
      ...[read.id, place, kind, reason],
    )
}

/** Notes that a source still has what was read of it. */
export function noteOwnSourceSeen(db: Db, id: string, at: string): void {
  run(db, 'update own_sources set seen_at = ? where id = ?', at, id)
}

/** Notes that a source can't be read. What was read of it before stays. */
export function noteOwnSourceFailure(
  db: Db,
  { id, type, identity }: Pick<OwnSourceState, 'id' | 'type' | 'identity'>,
  failure: string,
  at: string,
): void {
  run(
    db,
    `insert into own_sources (id, type, identity, failing_since, failure) values (?1, ?2, ?3, ?4, ?5)
     on conflict do update set failure = ?5, failing_since = ifnull(failing_since, ?4)`,
    ...[id, type, identity, at, failure],
  )
}

/** How many rows of a source are no own addresses, the first of them, and the place of the last. */
export function untakenRows(
  db: Db,
  source: string,
  kind: UntakenRow['kind'],
): { count: number; first: UntakenRow; last: string } | null {
  const [first] = all<UntakenRow>(
    db,
    `select place, kind, reason from own_source_rows where source = ? and kind = ?
     order by cast(place as integer) limit 1`,
    ...[source, kind],
  )
  if (first === undefined) return null
  const rest = one<{ count: number; last: string }>(
    db,
    `select count(*) as count, cast(max(cast(place as integer)) as text) as last from own_source_rows
     where source = ? and kind = ?`,
    ...[source, kind],
  )
  return { count: rest?.count ?? 0, first, last: rest?.last ?? first.place }
}

/** What the ledger says of an address that a source names: an index look-up. */
export type KnownOwn =
  | { state: 'own'; kind: OwnKind; reference: string }
  | { state: 'removed' }
  | { state: 'unknown' }

/** @param chain as it is to be added: `''` for every chain of its family. */
export function knownOwn(db: Db, key: Key, chain: string): KnownOwn {
  const own = one<{ kind: OwnKind; reference: string }>(
    db,
    'select kind, reference from own_addresses where key = ? and chain = ? and removed_at is null',
    ...[key, chain],
  )
  if (own !== undefined) return { state: 'own', ...own }
  const removed = one(db, 'select 1 from own_removals where key = ? and chain = ?', key, chain)
  return { state: removed === undefined ? 'unknown' : 'removed' }
}
