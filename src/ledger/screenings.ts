import type { Key } from '../address/key.ts'
import type { Act } from './audit.ts'
import { all, type Db, one, run } from './database.ts'

/** Who asked, and how. */
export interface ScreeningRequest extends Act {
  /** The same for all addresses that were asked about together. */
  request: string
  via: 'cli' | 'api'
}

/** One address that was asked about, and the answer. */
export interface NewScreening {
  reference: string | null
  chain: string | null
  asset: string | null
  /** Without secrets. */
  address: string
  /** `null`: not readable as an address. */
  key: Key | null
  family: string | null
  verdict: 'clear' | 'listed' | 'unknown'
  reason: string | null
  matches: readonly unknown[]
  /** The list revision that answered. */
  revision: number
  /** The lists that answered. */
  lists: readonly unknown[]
}

/** A row of `screenings`: see docs/alerts.md. */
export interface ScreeningRow extends Omit<NewScreening, 'matches' | 'lists' | 'revision'>, ScreeningRequest {
  seq: number
  list_revision: number
  /** JSON arrays. */
  matches: string
  lists: string
}

/**
 * Records what was asked and answered, inside a transaction: several requests may share one, so that one flush to disk makes all of
 * them durable. Nothing may be answered before it is committed.
 */
export function writeScreenings(
  db: Db,
  { request, at, actor, via, note }: ScreeningRequest,
  screenings: readonly NewScreening[],
): void {
  for (const screening of screenings) {
    const { reference, chain, asset, address, key, family, verdict, reason, matches, revision } = screening
    run(
      db,
      `insert into screening_rows (request, at, actor, via, note, reference, chain, asset, address, key, family, verdict, reason,
         matches, list_revision, lists)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[request, at, actor, via, note, reference, chain, asset, address, key, family, verdict, reason],
      ...[JSON.stringify(matches), revision, listsId(db, JSON.stringify(screening.lists))],
    )
  }
}

function listsId(db: Db, lists: string): number {
  const known = one<{ id: number }>(db, 'select id from screening_lists where lists = ?', lists)
  return known?.id ?? run(db, 'insert into screening_lists (lists) values (?)', lists).id
}

/** The record, oldest first. */
export function readScreenings(db: Db): ScreeningRow[] {
  return all<ScreeningRow>(db, 'select * from screenings order by seq')
}

/** What of the record to look for. Everything given must hold. */
export interface ScreeningFilter {
  /** Of the address. */
  key?: string | undefined
  reference?: string | undefined
  actor?: string | undefined
  request?: string | undefined
  verdict?: string | undefined
  /** ISO-8601: at or after, before. */
  since?: string | undefined
  until?: string | undefined
}

/** A part of the record, newest first. @param place.before rows with a lower `seq`; `null`: from the newest. */
export function findScreenings(
  db: Db,
  filter: ScreeningFilter,
  { before, limit }: { before: number | null; limit: number },
): ScreeningRow[] {
  const conditions = [
    ['key = ?', filter.key],
    ['reference = ?', filter.reference],
    ['actor = ?', filter.actor],
    ['request = ?', filter.request],
    ['verdict = ?', filter.verdict],
    ['at >= ?', filter.since],
    ['at < ?', filter.until],
    ['seq < ?', before ?? undefined],
  ].filter((condition): condition is [string, string | number] => condition[1] !== undefined)
  const where = conditions.length === 0 ? '' : `where ${conditions.map(([sql]) => sql).join(' and ')}`
  const params = conditions.map(([, value]) => value)
  return all<ScreeningRow>(
    db,
    `select * from screenings ${where} order by seq desc limit ?`,
    ...params,
    limit,
  )
}
