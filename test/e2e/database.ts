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

/** Columns that say when something was done, and by which process: no two runs agree on them. */
const ofTheRun = new Set([
  'at',
  'created_at',
  'added_at',
  'updated_at',
  'checked_at',
  'imported_at',
  'activated_at',
])

/**
 * Every row of every table, sorted; `null` where there is no file. Two databases with the same contents are the same
 * to whoever reads them.
 *
 * @param options.times false leaves out the moments at which rows were written.
 */
export function contentsOf(
  path: string,
  options: { times: boolean } = { times: true },
): Record<string, string[]> | null {
  if (!existsSync(path)) return null
  const tables = query<{ name: string }>(
    path,
    `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`,
  )
  return Object.fromEntries(
    tables.map(({ name }) => {
      const rows = query(path, `select * from "${name}"`)
        .filter((row) => !(name === 'meta' && row.key === 'daemon_pid'))
        .map((row) =>
          JSON.stringify(Object.entries(row).filter(([column]) => options.times || !ofTheRun.has(column))),
        )
      return [name, rows.sort()]
    }),
  )
}
