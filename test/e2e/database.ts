import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Rows of a database file, as another program reads them. The caller vouches for the shape. */
export function query<Row = Record<string, unknown>>(
  path: string,
  sql: string,
  ...params: readonly unknown[]
): Row[] {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return db.prepare(sql).all(...params) as Row[]
  } finally {
    db.close()
  }
}

/** Columns that say when and in which steps something was done: no two runs agree on them. */
const ofTheRun = new Set([
  ...['seq', 'at', 'created_at', 'added_at', 'updated_at', 'imported_at', 'activated_at', 'content_since'],
  ...['started_at', 'finished_at', 'since'],
])

/**
 * What only says that somebody looked: the pid, chains and heartbeat of the last daemon, the mark of the last load, the evidence of what was refused, and what is still
 * to be matched with stored history. (So does `lists.checked_at`, which is left out below.)
 */
function isTrace(table: string, row: Record<string, unknown>): boolean {
  return (
    (table === 'meta' &&
      ['daemon_pid', 'daemon_chains', 'daemon_heartbeat', 'own_loaded'].includes(String(row.key))) ||
    (table === 'list_snapshots' && row.state === 'rejected') ||
    (table === 'lists' && row.active_snapshot === null) ||
    table === 'list_checks' ||
    table === 'rescreens'
  )
}

/**
 * Every row of every table, sorted; `null` where there is no file. Two databases with the same contents are the same
 * to whoever reads them.
 *
 * @param options.times false leaves out the moments at which rows were written, and what is another in each database: the epoch, and ids of
 * events that are of no alert.
 */
export function contentsOf(
  path: string,
  options: { times: boolean } = { times: true },
): Record<string, string[]> | null {
  if (!existsSync(path)) return null
  const tables = query<{ name: string }>(
    path,
    `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name != 'business_days'
     order by name`,
  )
  return Object.fromEntries(
    tables.map(({ name }) => {
      const rows = query(path, `select * from "${name}"`)
        .filter((row) => !isTrace(name, row) && (options.times || row.key !== 'epoch'))
        .map((row) =>
          JSON.stringify(
            Object.entries(row).filter(
              ([column]) =>
                column !== 'checked_at' &&
                (options.times || !(ofTheRun.has(column) || (name === 'outbox' && column === 'id'))),
            ),
          ),
        )
      return [name, rows.sort()]
    }),
  )
}
