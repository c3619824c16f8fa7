import { readdirSync, readFileSync } from 'node:fs'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Postgres } from '../postgres/connect.ts'

// From dist/delivery as from src/delivery: SQL is read where it is written.
const folder = new URL('../../src/delivery/queue-migrations/', import.meta.url)

function migrations(): { version: number; name: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 4)), name }))
}

/**
 * Begins a transaction in which names are those of a schema, and takes turns with whoever else writes to it, until it ends. Both hold
 * for the transaction alone, so that a pooler of connections may stand between.
 */
export async function beginTurn(db: Postgres, schema: string): Promise<void> {
  await db.query(`begin; set local search_path to "${schema}", pg_temp`)
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`chainscreen ${schema}`])
}

/**
 * Brings a schema up to date, in one transaction. Of several programs that start at once, one does it.
 *
 * @param schema letters, digits and `_`.
 * @throws ChainscreenError `database-newer`, with nothing changed; what {@link Postgres.query} throws.
 */
export async function migrateQueue(db: Postgres, schema: string): Promise<void> {
  const known = migrations().at(-1)?.version ?? 0
  if ((await queueVersion(db, schema)) === known) return
  await beginTurn(db, schema)
  // It needs a right on the database even where the schema is there.
  if (!(await isThere(db, 'to_regnamespace', `"${schema}"`))) await db.query(`create schema "${schema}"`)
  if ((await queueVersion(db, schema)) === 0)
    await db.query(
      'create table if not exists migrations (version bigint primary key, name text not null, at timestamptz not null default now())',
    )
  // Read again under the lock: another program may have been faster.
  const version = await queueVersion(db, schema)
  if (version > known)
    throw new ChainscreenError(
      'database-newer',
      `${db.place} has schema version ${version} in ${schema}, and this chainscreen knows ${known}: use the version that wrote it, or a newer one.`,
    )
  for (const { version: next, name } of migrations()) {
    if (next <= version) continue
    await db.query(readFileSync(new URL(name, folder), 'utf8'))
    await db.query('insert into migrations (version, name) values ($1, $2)', [String(next), name])
  }
  await db.query('commit')
}

/** 0 where nothing is there. */
async function queueVersion(db: Postgres, schema: string): Promise<number> {
  if (!(await isThere(db, 'to_regclass', `"${schema}".migrations`))) return 0
  const { rows } = await db.query(`select coalesce(max(version), 0) from "${schema}".migrations`)
  return Number(rows[0]?.[0])
}

async function isThere(
  db: Postgres,
  look: 'to_regclass' | 'to_regnamespace',
  name: string,
): Promise<boolean> {
  const { rows } = await db.query(`select ${look}($1) is not null`, [name])
  return rows[0]?.[0] === 't'
}
