import { readdirSync, readFileSync } from 'node:fs'
import { indexVariants } from '../address/equivalents.ts'
import type { Key } from '../address/key.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { hasPersonalData } from '../privacy/forbidden-columns.ts'
import type { Db } from './database.ts'
import { type OnProgress, takeOverMovements } from './transfers/take-over-movements.ts'

/** "chsc" in ASCII: marks a SQLite file as ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x63687363

// From dist/ledger as from src/ledger: SQL is read where it is written, there is no second copy to fall behind.
const folder = new URL('../../src/ledger/migrations/', import.meta.url)

/** The numbered migrations that ship with this version, in order. The schema version is the last one's number. */
export function migrations(): { version: number; name: string; sql: () => string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: () => readFileSync(new URL(name, folder), 'utf8'),
    }))
}

/** The schema version of a database; 0 for an empty file. @throws `database` if it is not one of ours. */
export function schemaVersion(db: Db): number {
  const version = db.pragma('user_version', { simple: true }) as number
  const id = db.pragma('application_id', { simple: true })
  const tables = db.prepare('select count(*) from sqlite_schema').pluck().get()
  if (id === applicationId || (id === 0 && tables === 0)) return version
  throw new ChainscreenError('database', `${db.name} is a SQLite database, but not one of chainscreen's.`)
}

/** @throws `database-newer` if the database was written by a newer program; it is left as it is. */
export function refuseNewer(db: Db): void {
  const known = migrations().at(-1)?.version ?? 0
  const found = schemaVersion(db)
  if (found <= known) return
  throw new ChainscreenError(
    'database-newer',
    `${db.name} has schema version ${found}, and this chainscreen knows ${known}: use the version that wrote it, or a newer one.`,
  )
}

/** What takes too long for one transaction, before the migration of this name. It can be interrupted, and goes on. */
const before: Readonly<Record<string, (db: Db, onProgress: OnProgress) => void>> = {
  'compact-views.sql': takeOverMovements,
}

/** Brings a database up to date, one transaction a step. */
export function migrate(db: Db, onProgress: OnProgress = () => {}): void {
  refuseNewer(db)
  // What SQL can't say: 0004 derives the variants of keys that are there.
  db.function('index_forms', { deterministic: true }, (key: unknown) =>
    JSON.stringify(indexVariants(key as Key)),
  )
  // 0014 takes out what tells of a person.
  db.function('tells_of_person', { deterministic: true }, (text: unknown) =>
    hasPersonalData(String(text)) ? 1 : 0,
  )
  for (const { version, name, sql } of migrations()) {
    // Nearly always: whoever opens a current database waits for nobody who writes to it.
    if (schemaVersion(db) >= version) continue
    before[name.slice('0000-'.length)]?.(db, onProgress)
    db.transaction(() => {
      // Read again under the lock: another process may have been faster.
      if (schemaVersion(db) >= version) return
      db.exec(sql())
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${version}`)
    }).immediate()
  }
  forgetFreedPages(db)
}

/**
 * What a migration took out for good still stands in pages that SQLite freed, and in its log, until the file is written
 * anew (https://www.sqlite.org/lang_vacuum.html). Noted in `meta`, so that a crash before it does not forget it.
 */
function forgetFreedPages(db: Db): void {
  const due = db.prepare(`select 1 from meta where key = 'pages_to_forget'`).get() !== undefined
  if (!due) return
  try {
    db.exec('vacuum')
  } catch (error) {
    // The schema is up to date, so the daemon must not stand still for it.
    process.emitWarning(
      `${db.name} still holds, in unused pages, texts that a migration took out: it could not be written anew (${messageOf(error)}). That needs as much free room as the file takes, and no other process that writes to it. The next start tries again.`,
      'ChainscreenWarning',
    )
    return
  }
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.exec(`delete from meta where key = 'pages_to_forget'`)
}
