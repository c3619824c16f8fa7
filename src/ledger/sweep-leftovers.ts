import { all, type Db, inTransaction, one, run } from './database.ts'
import { inPiece, pieceRows } from './in-pieces.ts'

/** Whether there are pieces of a load that did not come to its end: of one under way, or of one that crashed. */
export function hasLeftovers(db: Db): boolean {
  return ownLoading(db) || staged(db).length > 0 || stagedLoads(db).length > 0
}

/**
 * Takes away what a crash left of loads: half-staged snapshots, changes of lists that never counted, and own addresses
 * that were never published. Only for whoever keeps others from loading meanwhile.
 */
export async function sweepLeftovers(db: Db): Promise<void> {
  for (const { id, list_id, sha256, parser, reason } of staged(db)) {
    await untilNone(
      db,
      `delete from snapshot_entries where snapshot_id = ?1 and key in
         (select key from snapshot_entries where snapshot_id = ?1 limit ${pieceRows})`,
      id,
    )
    inTransaction(db, () => {
      run(
        db,
        'delete from list_unparsed where list_id = ? and snapshot = ? and parser = ?',
        list_id,
        sha256,
        parser,
      )
      // One that was rejected before stays what it was.
      if (reason === null) run(db, 'delete from list_snapshots where id = ?', id)
      else run(db, `update list_snapshots set state = 'rejected' where id = ?`, id)
    })
  }
  for (const load of stagedLoads(db)) await sweepChanges(db, load)
  if (ownLoading(db)) await sweepOwn(db)
}

/** A load of changes of a list: its rows, what was noted for stored history, and last what says that it does not count. */
async function sweepChanges(db: Db, { id, list_id }: StagedLoad): Promise<void> {
  for (let last = ''; ; ) {
    const rows = all<{ key: string }>(
      db,
      `select key from list_rows where list_id = ? and key > ? and load = ? order by key limit ${pieceRows}`,
      ...[list_id, last, id],
    )
    await inPiece(db, () => {
      for (const { key } of rows) {
        run(db, 'delete from list_rows where list_id = ? and key = ? and load = ?', list_id, key, id)
      }
    })
    last = rows.at(-1)?.key ?? ''
    if (rows.length < pieceRows) break
  }
  await untilNone(
    db,
    `delete from rescreen_entries where rescreen_id = ?1 and (list_id, key) in
       (select list_id, key from rescreen_entries where rescreen_id = ?1 limit ${pieceRows})`,
    id,
  )
  inTransaction(db, () => run(db, 'delete from rescreens where id = ?', id))
}

interface StagedLoad {
  id: number
  list_id: string
}

function stagedLoads(db: Db): StagedLoad[] {
  return all<StagedLoad>(db, `select id, list_id from rescreens where state = 'staging' order by id`)
}

/** One walk over all rows, found outside of transactions: a crash is rare, and no index serves only it. */
async function sweepOwn(db: Db): Promise<void> {
  let last: OwnRowKey = { key: '', chain: '', load: 0 }
  for (;;) {
    const rows = all<OwnRowKey>(
      db,
      `select key, chain, load from own_rows
       where load > (select cast(value as integer) from meta where key = 'own_load') and (key, chain, load) > (?, ?, ?)
       order by key, chain, load limit ${pieceRows}`,
      ...[last.key, last.chain, last.load],
    )
    await inPiece(db, () => {
      run(
        db,
        `delete from own_rows where (key, chain, load) in
           (select value ->> 'key', value ->> 'chain', value ->> 'load' from json_each(?))`,
        JSON.stringify(rows),
      )
      if (rows.length < pieceRows) run(db, `delete from meta where key = 'own_loading'`)
    })
    if (rows.length < pieceRows) return
    last = rows.at(-1) ?? last
  }
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

/** Runs a statement that takes some rows away, until there are none. */
async function untilNone(db: Db, sql: string, ...params: unknown[]): Promise<void> {
  while ((await inPiece(db, () => run(db, sql, ...params).changes)) > 0);
}
