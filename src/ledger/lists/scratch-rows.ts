import Database from 'better-sqlite3'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { Db } from '../database.ts'

/** A row that is put by, and its place in the file. */
export interface NumberedRow<Row> {
  number: number
  row: Row
}

/**
 * The rows of a list while it is being read, in the order of their keys when they are asked for: on disk beyond a few
 * megabytes, so that a list of any length takes the same memory. SQLite's own temporary database: it has no name from the
 * beginning, and it does not outlive the process (https://www.sqlite.org/inmemorydb.html#temp_db).
 */
export class ScratchRows<Row extends { key: string }> {
  readonly #db: Db
  readonly #insert: Database.Statement
  readonly #has: Database.Statement
  readonly #of: Database.Statement

  /** @param cacheKb of them, what SQLite may hold in memory. */
  constructor(cacheKb = 12_000) {
    this.#db = new Database('')
    this.#db.pragma('journal_mode = OFF')
    this.#db.pragma('synchronous = OFF')
    this.#db.pragma('temp_store = FILE')
    this.#db.pragma(`cache_size = -${cacheKb}`)
    // In order from the beginning: sorting a million rows at the end would need as much room again.
    this.#db.exec(
      `create table rows (key text not null, number integer not null, row text not null, primary key (key, number))
         strict, without rowid;
       begin`,
    )
    this.#insert = this.#db.prepare('insert into rows (key, number, row) values (?, ?, ?)')
    this.#has = this.#db.prepare('select 1 from rows where key = ? limit 1')
    this.#of = this.#db.prepare('select row from rows where key = ? order by number').pluck()
  }

  /** @param number its place in the file: rows of one key come in this order. */
  add(row: Row, number: number): void {
    try {
      this.#insert.run(row.key, number, JSON.stringify(row))
    } catch (cause) {
      if (!isOfTheDisk(cause)) throw cause
      throw new ChainscreenError(
        'failure',
        `A list of this size needs room in the temporary folder, which can't be written to (${messageOf(cause)}): make room there, or name another folder in SQLITE_TMPDIR or TMPDIR.`,
        { cause },
      )
    }
  }

  /** Takes a row out again. Not while they are being read. */
  drop(key: string, number: number): void {
    this.#db.prepare('delete from rows where key = ? and number = ?').run(key, number)
  }

  has(key: string): boolean {
    return this.#has.get(key) !== undefined
  }

  /** The rows of one key. */
  of(key: string): Row[] {
    return this.#of.all(key).map((row) => JSON.parse(row as string) as Row)
  }

  /** All rows, those of one key together, in the order of the keys. */
  *byKey(): Generator<NumberedRow<Row>[]> {
    let group: NumberedRow<Row>[] = []
    for (const { number, row } of this.#each()) {
      if (group[0] !== undefined && group[0].row.key !== row.key) {
        yield group
        group = []
      }
      group.push({ number, row })
    }
    if (group.length > 0) yield group
  }

  /** How many different keys there are. */
  countKeys(): number {
    return this.#db.prepare('select count(distinct key) from rows').pluck().get() as number
  }

  close(): void {
    this.#db.close()
  }

  *#each(): Generator<NumberedRow<Row>> {
    const rows = this.#db.prepare('select number, row from rows order by key, number')
    for (const { number, row } of rows.iterate() as IterableIterator<{ number: number; row: string }>)
      yield { number, row: JSON.parse(row) as Row }
  }
}

/** Whether the file could not be made or grow (https://www.sqlite.org/rescode.html). */
function isOfTheDisk(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/.test(error.code)
}
