import { all, type Db, one, run } from './database.ts'
import { inPieces, pieceRows } from './in-pieces.ts'
import { keyRanges } from './lists/snapshot-changes.ts'
import { publishedLoad } from './own/load-own.ts'
import { inTurn } from './write-turns.ts'

/** Rows that are read at once. */
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
  await takeAwayFrom(db, 'snapshot_changes', list_id, 'snapshot', id)
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
  await inTurn(db, () => {
    // One that was rejected before stays what it was.
    if (reason === null) run(db, 'delete from list_snapshots where id = ?', id)
    else run(db, `update list_snapshots set state = 'rejected' where id = ?`, id)
  })
}

/** A job that was never begun: the rows of lists that came with it, its entries, and last what says that it does not count. */
async function sweepChanges(db: Db, { id, list_id }: StagedLoad): Promise<void> {
  if (list_id !== null) await takeAwayFrom(db, 'entry_versions', list_id, 'load', id)
  await untilNone(
    db,
    () =>
      all<{ list: number; key: number }>(
        db,
        `select list, key from rescreen_items where rescreen = ? order by list, key limit ${pieceRows}`,
        id,
      ),
    ({ list, key }) =>
      run(db, 'delete from rescreen_items where rescreen = ? and list = ? and key = ?', id, list, key),
  )
  await inTurn(db, () => run(db, 'delete from rescreens where id = ?', id))
}

interface StagedLoad {
  id: number
  /** `null`: no list changes with it. */
  list_id: string | null
}

function stagedLoads(db: Db): StagedLoad[] {
  return all<StagedLoad>(db, `select id, list_id from rescreens where state = 'staging' order by id`)
}

/** Takes away the rows of a list that came with one load: one walk over all of them, as below. */
async function takeAwayFrom(
  db: Db,
  table: 'snapshot_changes' | 'entry_versions',
  listId: string,
  column: 'snapshot' | 'load',
  id: number,
): Promise<void> {
  for (const { from, to } of keyRanges(db, table, listId)) {
    const rows = all<{ list: number; key: number }>(
      db,
      `select list, key from ${table} where list = (select number from list_numbers where list_id = ?)
         and key > ? and key <= ? and ${column} = ?`,
      ...[listId, from, to, id],
    )
    await inPieces(db, rows, ({ list, key }) =>
      run(db, `delete from ${table} where list = ? and key = ? and ${column} = ?`, list, key, id),
    )
  }
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
    await inPieces(
      db,
      rows.filter(({ load }) => load > published),
      ({ key, chain, load }) =>
        run(db, 'delete from own_rows where key = ? and chain = ? and load = ?', key, chain, load),
    )
    last = rows.at(-1)
  }
  await inTurn(db, () => run(db, `delete from meta where key = 'own_loading'`))
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
  for (let rows = find(); rows.length > 0; rows = find()) await inPieces(db, rows, take)
}
