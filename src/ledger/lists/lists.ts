import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Category } from '../../screening/types.ts'
import { all, type Db, one, run } from '../database.ts'

/** Where a list comes from: fetched, a file of this machine (also the bundled one), or read from a chain. */
export type ListOrigin = 'url' | 'file' | 'chain'

/** A list and its state. */
export interface ListRow {
  id: string
  format: string
  category: Category
  active_snapshot: string | null
  issued_on: string | null
  activated_at: string | null
  checked_at: string | null
  max_age_seconds: number | null
  revision: number
  origin: ListOrigin
  /** When the bytes of the active version came in place of others, ISO-8601. */
  content_since: string | null
  max_issue_age_seconds: number | null
  /** When it was taken out of force by hand, ISO-8601; `null` where it was not, or was loaded again since. */
  removed_at: string | null
}

/** The format of a list that is read from a chain: it has contracts where others have snapshots. */
export const freezeListFormat = 'token-blacklist'

/** What the config says of a list. */
export interface KnownList {
  id: string
  format: string
  category: Category
  maxAgeSeconds: number | null
  /** `null`, and where not given: no limit. */
  maxIssueAgeSeconds?: number | null
  /** Where not given: fetched. */
  origin?: ListOrigin
}

/**
 * Makes a list known, or notes what the config now says of it. Where the config names another format than that of the
 * version in force, format and category stay what that version is until one of the new format is activated, and of the
 * two `maxAge` the shorter counts, so of two `maxIssueAge`: what is in force gets no fresher by a word in the config. Nor does a
 * file that is to be fetched from now on: it was last checked when its content changed.
 *
 * @throws `config` where the id is that of a list read from a chain, and the list is none, or the other way round: what
 * the one has in force is not the other's.
 */
export function putList(db: Db, list: KnownList): void {
  const known = findList(db, list.id)
  if (known !== undefined && (known.format === freezeListFormat) !== (list.format === freezeListFormat)) {
    throw new ChainscreenError(
      'config',
      `The database knows list "${list.id}" as one of format ${known.format}, and the config as ${list.format}: give it another id.`,
    )
  }
  run(
    db,
    `insert into lists (id, format, category, max_age_seconds, max_issue_age_seconds, origin) values (?, ?, ?, ?, ?, ?)
     on conflict (id) do update set
       format = iif(active_snapshot is null, excluded.format, format),
       category = iif(active_snapshot is null, excluded.category, category),
       max_age_seconds = iif(active_snapshot is null or format = excluded.format, excluded.max_age_seconds,
         coalesce(min(max_age_seconds, excluded.max_age_seconds), max_age_seconds, excluded.max_age_seconds)),
       max_issue_age_seconds = iif(active_snapshot is null or format = excluded.format, excluded.max_issue_age_seconds,
         coalesce(min(max_issue_age_seconds, excluded.max_issue_age_seconds), max_issue_age_seconds,
           excluded.max_issue_age_seconds)),
       checked_at = iif(origin = 'file' and excluded.origin = 'url', content_since, checked_at),
       origin = excluded.origin`,
    ...[list.id, list.format, list.category, list.maxAgeSeconds],
    ...[list.maxIssueAgeSeconds ?? null, list.origin ?? 'url'],
  )
}

/** Gives a list its number, by which rows refer to it. Twice is once. */
export function putListNumber(db: Db, listId: string): void {
  run(db, 'insert into list_numbers (list_id) values (?) on conflict do nothing', listId)
}

/** The source was read whole and sound, and the active snapshot still stands. @param at `null`: nobody knows when it last was. */
export function noteChecked(db: Db, listId: string, at: string | null): void {
  run(db, 'update lists set checked_at = ? where id = ?', at, listId)
}

export function findList(db: Db, id: string): ListRow | undefined {
  return one<ListRow>(db, 'select * from lists where id = ?', id)
}

/** Every list but that of the canary, which is no list of anybody: it holds a made-up address, and vouches for nothing. */
export function readLists(db: Db): ListRow[] {
  return all<ListRow>(db, `select * from lists where category != 'canary' order by id`)
}

/** Entries by family, in force and removed. */
export function countEntries(
  db: Db,
  listId: string,
): { family: string; in_force: number; removed: number }[] {
  return all(
    db,
    `select family, sum(removed_on is null) as in_force, sum(removed_on is not null) as removed
     from list_entries where list_id = ? group by family order by in_force desc, family`,
    listId,
  )
}

/** What stood where an address should, in one snapshot, and is none. */
export function readUnparsed(
  db: Db,
  snapshot: { list_id: string; sha256: string; parser: number },
): { location: string; raw: string; asset: string | null; reason: string }[] {
  return all(
    db,
    `select location, raw, asset, reason from list_unparsed
     where list_id = ? and snapshot = ? and parser = ? order by location, raw, asset`,
    ...[snapshot.list_id, snapshot.sha256, snapshot.parser],
  )
}
