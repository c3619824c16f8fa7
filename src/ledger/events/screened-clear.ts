import { equivalents, holderVariants } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import type { Entry } from '../../screening/types.ts'
import { matchParty, Watchlist } from '../../screening/watchlist.ts'
import { all, type Db, one } from '../database.ts'
import { snapshotOfRevision } from '../lists/list-snapshots.ts'
import { screeningEventId } from './event-id.ts'
import { writeOutbox } from './outbox.ts'

/** How long before a listing a clear answer is worth telling of. */
const lookBackMs = 24 * 3_600_000

/** Addresses that were answered `clear` shortly before a list changed, by every key that an entry may match them by. */
export interface ScreenedClear {
  job: number
  byVariant: ReadonlyMap<Key, ReadonlySet<Key>>
}

interface ScreeningOf {
  seq: number
  request: string
  at: string
  actor: string
  via: string
  reference: string | null
  chain: string | null
  asset: string | null
  address: string
}

/** The clear answers that the entries of a job are compared with. Reads only: nobody waits for it. */
export function screenedClear(db: Db, job: { id: number; revision: number }): ScreenedClear {
  const keys = all<{ key: Key }>(db, clearKeysSql, sinceOf(db, job.id), job.revision)
  const byVariant = new Map<Key, Set<Key>>()
  for (const { key } of keys) {
    for (const variant of [key, ...[...equivalents(key), ...holderVariants(key)].map((each) => each.key)]) {
      const held = byVariant.get(variant)
      if (held === undefined) byVariant.set(variant, new Set([key]))
      else held.add(key)
    }
  }
  return { job: job.id, byVariant }
}

/** A day before the list changed. */
function sinceOf(db: Db, job: number): string {
  const at = one<{ added_at: string }>(db, 'select added_at from rescreens where id = ?', job)?.added_at
  return new Date(Date.parse(at ?? '') - lookBackMs).toISOString()
}

/** For the test that no scan stands behind them. */
const clearKeysSql = `select distinct key from screening_rows
  where at >= ? and list_revision < ? and verdict = 'clear' and key is not null`
const clearRowsSql = `select seq, request, at, actor, via, reference, chain, asset, address from screening_rows
  where key = ? and at >= ? and list_revision < ? and verdict = 'clear' order by seq`

/**
 * Writes that addresses which were answered `clear` within a day are listed now, inside the transaction that matches an entry with
 * stored history: one event for each answer.
 *
 * @param variants every key that meets the entry. @param at now, ISO-8601.
 */
export function writeScreenedListed(
  db: Db,
  { job, byVariant }: ScreenedClear,
  entry: Entry,
  variants: readonly Key[],
  { revision, at }: { revision: number; at: string },
): number {
  if (byVariant.size === 0 || entry.category === 'canary' || entry.intervals.at(-1)?.to !== null) return 0
  const keys = new Set(variants.flatMap((variant) => [...(byVariant.get(variant) ?? [])]))
  if (keys.size === 0) return 0
  const listed = new Watchlist(0, [entry])
  const snapshot = snapshotOfRevision(db, entry.listId, revision)?.sha256 ?? null
  let written = 0
  for (const key of keys) {
    const [match] = matchParty(listed, { key, variants: holderVariants(key) })
    if (match === undefined) continue
    const { listId: list, category, address: entryAddress, subject, subjectIds, programs, listedOn } = entry
    const party = { subject, subjectIds, programs }
    const matched = { list, category, entryAddress, ...party, match: match.basis, listedOn }
    for (const { seq, at: screenedAt, chain, ...asked } of all<ScreeningOf>(
      db,
      clearRowsSql,
      ...[key, sinceOf(db, job), revision],
    )) {
      writeOutbox(db, {
        ...{ type: 'screening.listed', at, chain },
        id: screeningEventId(asked.request, key, list, entry.key, seq),
        data: { ...asked, key, screenedAt, matched, revision, snapshot },
      })
      written++
    }
  }
  return written
}
