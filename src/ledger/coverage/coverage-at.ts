import { keptHash } from '../blocks/block-hashes.ts'
import type { Start } from '../blocks/lower-start.ts'
import { all, type Db, one } from '../database.ts'
import { historyRevision } from '../lists/rescreens.ts'
import { readRevisions } from '../revisions.ts'
import { type ChainRow, gapsBeside, neverFollowed } from './coverage-gaps.ts'
import { coveredRanges } from './ranges.ts'

/** A version of a list that a block was screened with. */
export interface ListAt {
  id: string
  category: string
  format: string
  /** `list_snapshots.id`; `null` for a list that is read from a chain: it has no versions. */
  snapshot: number | null
  /** The publisher's date of issue, `YYYY-MM-DD`. */
  issuedOn: string | null
  /** SHA-256 of the file as it was downloaded or brought; `null`: made of deltas, or an earlier version did not record it. */
  fileSha256: string | null
  /** SHA-256 of what it holds, decompressed: `DATABASE.snapshots` keeps it under this name. */
  sha256: string | null
  /** The version of the parser that read it. */
  parser: number | null
  /** The list revision from which it was in force, and when that was. */
  revision: number
  activatedAt: string | null
  /** `false`: taken from the last activation of this version, since an earlier version of chainscreen kept no others. */
  recorded: boolean
}

/** One reading of a block: as the follower came to it, or in a rescan. */
export interface ReadingAt {
  /** The row of `coverage`, and its blocks. */
  coverage: number
  kind: 'follow' | 'replay'
  from: number
  to: number
  level: string
  /** Whether what was read was proved against the hash of the block; `null`: an earlier version did not record it. */
  proved: boolean | null
  /** When the first and the last of these blocks were screened. */
  startedAt: string | null
  updatedAt: string
  /** The last link of the hash chain over these blocks. */
  digest: string
  ownRevision: number
  listRevision: number
  lists: ListAt[]
}

/** What was screened of one block, for an auditor. */
export interface CoverageAt {
  chain: string
  height: number
  hash: string | null
  /** Oldest first; none: the block was not screened. */
  readings: ReadingAt[]
  /** What of it was not screened, or not at first. */
  gaps: {
    /** As in `unscreened`; `null`: no row of it, but what follows from `coverage`, such as own addresses that were registered later. */
    what: string | null
    reason: string
    /** `null`: the block as a whole. */
    txHash: string | null
    closedAt: string | null
    closedBy: number | null
  }[]
  /** The list revision that its stored transfers were matched with since. */
  historyRevision: number
}

/**
 * What was screened of one block, with which lists, and when.
 *
 * @param start of the chain in the config; `latest` where that is not known.
 */
export function coverageAt(db: Db, chain: string, height: number, start: Start = 'latest'): CoverageAt {
  const rows = all<{
    id: number
    kind: 'follow' | 'replay'
    from_height: number
    to_height: number
    level: string
    proved: number | null
    started_at: string | null
    updated_at: string
    digest: string
    own_revision: number
    list_revision: number
  }>(
    db,
    `select * from coverage where chain = ?1 and kind in ('follow', 'replay') and from_height <= ?2 and to_height >= ?2 order by +id`,
    ...[chain, height],
  )
  return {
    ...{ chain, height, hash: rows.length === 0 ? null : (keptHash(db, chain, height) ?? null) },
    readings: rows.map((row) => ({
      ...{ coverage: row.id, kind: row.kind, from: row.from_height, to: row.to_height, level: row.level },
      ...{ proved: row.proved === null ? null : row.proved === 1, startedAt: row.started_at },
      ...{ updatedAt: row.updated_at, digest: row.digest, ownRevision: row.own_revision },
      ...{ listRevision: row.list_revision, lists: listsAt(db, row.list_revision, row.started_at) },
    })),
    gaps: [
      ...gapsThatHold(db, chain, height, start),
      ...all<CoverageAt['gaps'][number]>(
        db,
        `select what, reason, tx_hash as txHash, closed_at as closedAt, closed_by as closedBy from unscreened
         where chain = ?1 and from_height <= ?2 and to_height >= ?2 order by id`,
        ...[chain, height],
      ),
    ],
    historyRevision: historyRevision(db, readRevisions(db).list),
  }
}

function gapsThatHold(db: Db, chain: string, height: number, start: Start): CoverageAt['gaps'] {
  const row = one<ChainRow>(db, 'select * from chains where id = ?', chain) ?? neverFollowed(chain)
  return gapsBeside(db, row, coveredRanges(db, chain), start)
    .filter(({ from, to }) => from === null || to === null || (from <= height && height <= to))
    .map(({ reason }) => ({ what: null, reason, txHash: null, closedAt: null, closedBy: null }))
}

/**
 * The versions of lists that a block was screened with. Versions that say the same share a list revision: of those, the last one
 * that was activated by then.
 *
 * @param by when it was screened, ISO-8601; `null`, where that was not recorded: of such versions the first one.
 */
export function listsAt(db: Db, revision: number, by: string | null): ListAt[] {
  const lists = all<{ id: string; category: string; origin: string; format: string }>(
    db,
    `select id, category, origin, format from lists where category != 'canary' order by id`,
  )
  return lists.flatMap(({ id, category, origin, format }): ListAt[] => {
    if (wasRemoved(db, id, revision)) return []
    if (origin === 'chain') return chainListAt(db, { id, category, format }, revision)
    const found = one<Omit<ListAt, 'recorded' | 'id' | 'category'> & { recorded: number }>(
      db,
      versionAt,
      ...[id, revision, by],
    )
    return found === undefined ? [] : [{ id, category, ...found, recorded: found.recorded === 1 }]
  })
}

/** Only activations since its last change: whatever clocks said, what was in force before then said something else. */
const versionAt = `select s.format, s.id as snapshot, s.issued_on as issuedOn, s.file_sha256 as fileSha256, s.sha256, s.parser, a.revision,
    a.at as activatedAt, a.recorded
  from list_activations a join list_snapshots s on s.id = a.snapshot_id
  where a.list_id = ?1 and a.revision <= ?2 and a.revision >= ifnull((select max(revision) from rescreens
    where kind = 'list' and list_id = ?1 and revision <= ?2 and state != 'staging'), 0)
  order by ifnull(a.at <= ?3, 0) desc, iif(a.at <= ?3, -a.seq, a.seq) limit 1`

/** Taken out of force, and not loaded again by then. */
function wasRemoved(db: Db, listId: string, revision: number): boolean {
  return (
    one(
      db,
      `select 1 from list_removals r where r.list_id = ?1 and r.revision <= ?2 and not exists (
         select 1 from list_activations a where a.list_id = ?1 and a.revision > r.revision and a.revision <= ?2)`,
      ...[listId, revision],
    ) !== undefined
  )
}

/** A list that is read from a chain: its last change up to the revision. */
function chainListAt(db: Db, list: Pick<ListAt, 'id' | 'category' | 'format'>, revision: number): ListAt[] {
  const last = one<{ revision: number | null; at: string | null }>(
    db,
    `select revision, added_at as at from rescreens where kind = 'list' and list_id = ? and revision <= ? and state != 'staging'
     order by revision desc limit 1`,
    ...[list.id, revision],
  )
  if (last?.revision == null) return []
  const nothing = { snapshot: null, issuedOn: null, fileSha256: null, sha256: null, parser: null }
  return [{ ...list, ...nothing, revision: last.revision, activatedAt: last.at, recorded: true }]
}
