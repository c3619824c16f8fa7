import { randomUUID } from 'node:crypto'
import type { Key } from '../../address/key.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { inPiece, pieceRows, refuseAborted } from '../in-pieces.ts'
import { bumpRevision, readRevisions } from '../revisions.ts'
import { inTurn } from '../write-turns.ts'
import { fewAddresses, noteManyOwn, noteNewOwn } from './own-variants.ts'

export interface LoadOptions {
  /** Called with the number of rows that were compared and written so far. */
  onWritten?: ((rows: number) => void) | undefined
  signal?: AbortSignal | undefined
  /** Leaves an address retired or removed that is loaded again: for who loads the same again and again. */
  keepsAside?: boolean | undefined
  /** Called in the transaction that makes the load count. */
  record?: ((counts: { added: number; changed: number; revision: number }) => void) | undefined
}

/** A daemon that finds new addresses of a descriptor in block after block makes revisions faster than rows are dated anew. */
const maxTries = 3

/**
 * Takes over what stands in `temp.own_staged`: in short transactions under a load that does not count yet, and in a last
 * one that makes it count. Inside `whileLoading`: nobody else moves `own_load` meanwhile.
 *
 * @returns also the latest own revision of all that is staged.
 */
export async function loadStaged(
  db: Db,
  at: string,
  { onWritten, signal, keepsAside = false, record = () => {} }: LoadOptions = {},
): Promise<{ added: number; changed: number; revision: number }> {
  const begun = await inTurn(db, () => inTransaction(db, () => begin(db)))
  const load: Load = { ...begun, at, keepsAside }
  let written = 0
  let added = 0
  let changed = 0
  let known = 0
  for (const chunk of chunks(db)) {
    const put = await inPiece(db, () => ({
      changed: putChanged(db, load, chunk),
      added: putNew(db, load, chunk),
    }))
    changed += put.changed
    added += put.added
    // What is added is of a later revision than all that was known.
    if (added === 0) known = Math.max(known, latestRevision(db, chunk))
    written += pieceRows
    onWritten?.(written)
    await refuseAborted(signal)
  }
  const publishNow = () => {
    const isDone = publish(db, load, { added, changed })
    if (isDone) record({ added, changed, revision: readRevisions(db).own })
    return isDone
  }
  for (let tries = 1; !(await inTurn(db, () => inTransaction(db, publishNow))); tries++) {
    const before = load.revision
    if (tries === maxTries) {
      const redateAndPublish = () => {
        load.revision = readRevisions(db).own + 1
        redateAll(db, load, before)
        publishNow()
      }
      await inTurn(db, () => inTransaction(db, redateAndPublish))
      break
    }
    load.revision = readRevisions(db).own + 1
    for (const chunk of chunks(db)) await inPiece(db, () => redate(db, load, before, chunk))
  }
  return { added, changed, revision: added > 0 ? load.revision : known }
}

/** Of a chunk that stands there already. */
function latestRevision(db: Db, chunk: Chunk): number {
  return (
    one<{ revision: number | null }>(
      db,
      `select max(o.revision) as revision from temp.own_staged s cross join own_addresses o on o.key = s.key and o.chain = s.chain
       where (s.key, s.chain) > (?, ?) and (s.key, s.chain) <= (?, ?) and o.removed_at is null`,
      ...chunk,
    )?.revision ?? 0
  )
}

/** A load on its way. */
interface Load {
  id: number
  /** The own revision that it is to make. */
  revision: number
  at: string
  keepsAside: boolean
}

/**
 * Makes a load count.
 *
 * @returns false where somebody else made its revision meanwhile: whoever has read that far would not look at its rows.
 */
function publish(
  db: Db,
  { id, revision, at }: Load,
  { added, changed }: { added: number; changed: number },
): boolean {
  if (added > 0 && readRevisions(db).own + 1 !== revision) return false
  run(db, `delete from meta where key = 'own_loaded'`)
  run(
    db,
    `update meta set key = 'own_loaded', value = value || ' ' || ? where key = 'own_loading'`,
    String(revision),
  )
  if (added + changed > 0) run(db, `update meta set value = ? where key = 'own_load'`, String(id))
  // A retired address stays own, and a kind decides nothing: only new addresses change what is screened. One that was removed is new.
  if (added > 0) {
    bumpRevision(db, 'own')
    if (added > fewAddresses) noteManyOwn(db, at)
    else noteNewOwn(db, keysAdded(db, id, revision), at)
  }
  return true
}

function keysAdded(db: Db, load: number, revision: number): Key[] {
  const rows = all<{ key: Key }>(
    db,
    'select key from own_rows where revision = ? and load = ?',
    revision,
    load,
  )
  return rows.map(({ key }) => key)
}

/** Of a chunk, what the load adds: with its later revision. */
function redate(db: Db, { id, revision }: Load, before: number, chunk: Chunk): void {
  run(
    db,
    `update own_rows set revision = ? where load = ? and revision = ? and (key, chain) in (
       select key, chain from temp.own_staged where (key, chain) > (?, ?) and (key, chain) <= (?, ?))`,
    ...[revision, id, before, ...chunk],
  )
}

/** In one transaction, which may be long: the last resort. */
function redateAll(db: Db, { id, revision }: Load, before: number): void {
  run(db, 'update own_rows set revision = ? where revision = ? and load = ?', revision, before, id)
}

/**
 * Marks that a load is under way: what a crash leaves of it is found by the mark. The mark is another one each time, so
 * that what somebody read of a load that crashed is not taken for a part of the next.
 */
function begin(db: Db): { id: number; revision: number } {
  run(db, `insert into meta (key, value) values ('own_loading', ?)`, randomUUID())
  return { id: publishedLoad(db) + 1, revision: readRevisions(db).own + 1 }
}

/** A range of the staged rows: after one, up to another. */
type Chunk = readonly [afterKey: string, afterChain: string, toKey: string, toChain: string]

function* chunks(db: Db): Generator<Chunk> {
  let after = { key: '', chain: '' }
  for (;;) {
    const to = one<typeof after>(
      db,
      `select key, chain from (
         select key, chain from temp.own_staged where (key, chain) > (?, ?) order by key, chain limit ${pieceRows}
       ) order by key desc, chain desc limit 1`,
      ...[after.key, after.chain],
    )
    if (to === undefined) return
    yield [after.key, after.chain, to.key, to.chain]
    after = to
  }
}

/** Of a chunk, what stands there already with another kind or reference, or retired: as a newer version of its row. */
function putChanged(db: Db, { id, keepsAside }: Load, chunk: Chunk): number {
  return run(
    db,
    `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision, retired_at)
     select o.key, o.chain, ?1, o.address, s.kind, s.reference, o.added_at, o.revision, iif(?6, o.retired_at, null)
     from temp.own_staged s cross join own_addresses o on o.key = s.key and o.chain = s.chain
     where (s.key, s.chain) > (?2, ?3) and (s.key, s.chain) <= (?4, ?5)
       and o.removed_at is null
       and (o.kind != s.kind or o.reference != s.reference or (o.retired_at is not null and not ?6))`,
    ...[id, ...chunk, +keepsAside],
  ).changes
}

/** Of a chunk, what does not stand there yet, or was removed. */
function putNew(db: Db, { id, revision, at, keepsAside }: Load, chunk: Chunk): number {
  run(
    db,
    `insert into own_forms (form, key)
     select f.value, s.key from temp.own_staged s, json_each(holder_forms(s.key)) f
     where (s.key, s.chain) > (?, ?) and (s.key, s.chain) <= (?, ?) and s.key like 'bitcoin:%'
     on conflict do nothing`,
    ...chunk,
  )
  return run(
    db,
    `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision)
     select key, chain, ?, address, kind, reference, ?, ? from temp.own_staged s
     where (key, chain) > (?, ?) and (key, chain) <= (?, ?)
       and not exists (select 1 from own_rows o where o.key = s.key and o.chain = s.chain and o.removed_at is null)
       and not (? and exists (select 1 from own_removals r where r.key = s.key and r.chain = s.chain))`,
    ...[id, at, revision, ...chunk, +keepsAside],
  ).changes
}

/** The highest load that counts. Rows of `own_rows` above it are being written, or were left by a crash. */
export function publishedLoad(db: Db): number {
  return Number(one<{ value: string }>(db, `select value from meta where key = 'own_load'`)?.value ?? 0)
}

/** The mark of the load that is being written, or that a crash left; `null` for none. */
export function loadUnderWay(db: Db): string | null {
  return markOf(db, 'own_loading')
}

/** The mark of the load that came to its end last, and the own revision it made: `MARK REVISION`; `null` for none. */
export function lastLoad(db: Db): string | null {
  return markOf(db, 'own_loaded')
}

function markOf(db: Db, key: string): string | null {
  return one<{ value: string }>(db, 'select value from meta where key = ?', key)?.value ?? null
}

/** How far somebody has read the rows that a load adds. They are written in the order of keys. */
export interface LoadPosition {
  /** The load's mark. */
  mark: string
  /** The own revision that it will make. */
  revision: number
  key: string
  chain: string
}

/** The next rows that the load under way has added so far: they do not count yet. */
export function rowsOfLoad(db: Db, from: LoadPosition, limit: number): { key: Key; chain: string }[] {
  return all(
    db,
    `select key, chain from own_rows where revision = ? and (key, chain) > (?, ?) and load > ?
     order by key, chain limit ?`,
    ...[from.revision, from.key, from.chain, publishedLoad(db), limit],
  )
}
