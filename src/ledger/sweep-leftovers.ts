import { setImmediate } from 'node:timers/promises'
import { all, type Db, inTransaction, one, run } from './database.ts'
import { inPieces, pieceRows } from './in-pieces.ts'
import { publishedLoad } from './load-own.ts'

/** Rows that are looked at between two turns of whoever shares the thread. */
const rowsAtOnce = 2_000

/** Whether there are pieces of a load that did not come to its end: of one under way, or of one that crashed. */
export function hasLeftovers(db: Db): boolean {
  return ownLoading(db) || staged(db).length > 0 || stagedLoads(db).length > 0
}

/**
 * Takes away what a crash left of loads: half-staged snapshots, changes of lists that never counted, and own addresses
 * that were never published. Only for whoever keeps others from loading meanwhile.
 */
export async function sweepLeftovers(db: Db): Promise<void> {
  for (const snapshot of staged(db)) await sweepSnapshot(db, snapshot)
  for (const load of stagedLoads(db)) await sweepChanges(db, load)
  if (ownLoading(db)) await sweepOwn(db)
}

/** A snapshot: its entries, what could not be read of it, and last what says that it does not count. */
async function sweepSnapshot(db: Db, { id, list_id, sha256, parser, reason }: StagedRow): Promise<void> {
  await untilNone(
    db,
    () =>
      all<{ key: string }>(
        db,
        `select key from snapshot_entries where snapshot_id = ? order by key limit ${pieceRows}`,
        id,
      ),
    ({ key }) => run(db, 'delete from snapshot_entries where snapshot_id = ? and key = ?', id, key),
  )
  await untilNone(
    db,
    () =>
      all<{ row: number }>(
        db,
        `select rowid as row from list_unparsed where list_id = ? and snapshot = ? and parser = ? limit ${pieceRows}`,
        ...[list_id, sha256, parser],
      ),
    ({ row }) => run(db, 'delete from list_unparsed where rowid = ?', row),
  )
  inTransaction(db, () => {
    // One that was rejected before stays what it was.
    if (reason === null) run(db, 'delete from list_snapshots where id = ?', id)
    else run(db, `update list_snapshots set state = 'rejected' where id = ?`, id)
  })
}

/** A job that was never begun: the rows of lists that came with it, its entries, and last what says that it does not count. */
async function sweepChanges(db: Db, { id, list_id }: StagedLoad): Promise<void> {
  for (let last: ListRowKey | undefined = { key: '', load: 0 }; last !== undefined; ) {
    const rows: ListRowKey[] = all<ListRowKey>(
      db,
      `select key, load from list_rows where list_id = ? and (key, load) > (?, ?)
       order by key, load limit ${rowsAtOnce}`,
      ...[list_id, last.key, last.load],
    )
    await takeAway(
      db,
      rows.filter(({ load }) => load === id),
      ({ key }) =>
        run(db, 'delete from list_rows where list_id = ? and key = ? and load = ?', list_id, key, id),
    )
    last = rows.at(-1)
  }
  await untilNone(
    db,
    () =>
      all<{ list_id: string; key: string }>(
        db,
        `select list_id, key from rescreen_entries where rescreen_id = ? order by list_id, key limit ${pieceRows}`,
        id,
      ),
    (row) =>
      run(
        db,
        'delete from rescreen_entries where rescreen_id = ? and list_id = ? and key = ?',
        ...[id, row.list_id, row.key],
      ),
  )
  inTransaction(db, () => run(db, 'delete from rescreens where id = ?', id))
}

interface ListRowKey {
  key: string
  load: number
}

interface StagedLoad {
  id: number
  /** `null`: no list changes with it. */
  list_id: string | null
}

function stagedLoads(db: Db): StagedLoad[] {
  return all<StagedLoad>(db, `select id, list_id from rescreens where state = 'staging' order by id`)
}

/** One walk over all rows, some at a time: a crash is rare, and no index serves only it. */
async function sweepOwn(db: Db): Promise<void> {
  const published = publishedLoad(db)
  for (let last: OwnRowKey | undefined = { key: '', chain: '', load: 0 }; last !== undefined; ) {
    const rows: OwnRowKey[] = all<OwnRowKey>(
      db,
      `select key, chain, load from own_rows where (key, chain, load) > (?, ?, ?)
       order by key, chain, load limit ${rowsAtOnce}`,
      ...[last.key, last.chain, last.load],
    )
    await takeAway(
      db,
      rows.filter(({ load }) => load > published),
      ({ key, chain, load }) =>
        run(db, 'delete from own_rows where key = ? and chain = ? and load = ?', key, chain, load),
    )
    last = rows.at(-1)
  }
  inTransaction(db, () => run(db, `delete from meta where key = 'own_loading'`))
}

interface OwnRowKey {
  key: string
  chain: string
  load: number
}

interface StagedRow {
  id: number
  list_id: string
  sha256: string
  parser: number
  reason: string | null
}

function staged(db: Db): StagedRow[] {
  return all<StagedRow>(
    db,
    `select id, list_id, sha256, parser, reason from list_snapshots where state = 'staging' order by id`,
  )
}

function ownLoading(db: Db): boolean {
  return one(db, `select 1 from meta where key = 'own_loading'`) !== undefined
}

/** Takes away the rows that are found, some at a time, until there are none. */
async function untilNone<Row>(db: Db, find: () => Row[], take: (row: Row) => void): Promise<void> {
  for (let rows = find(); rows.length > 0; rows = find()) await takeAway(db, rows, take)
}

/** Whoever shares the thread has a turn, also where there is nothing to take away. */
async function takeAway<Row>(db: Db, rows: readonly Row[], take: (row: Row) => void): Promise<void> {
  if (rows.length === 0) await setImmediate()
  else await inPieces(db, rows, take)
}
