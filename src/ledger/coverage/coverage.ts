import { createHash } from 'node:crypto'
import type { BlockRef } from '../../screening/types.ts'
import { keepHash, keptHashes } from '../blocks/block-hashes.ts'
import { insertReplay, readAgainFrom } from '../blocks/replays.ts'
import { all, type Db, one, run } from '../database.ts'
import type { Revisions } from '../revisions.ts'
import { forgetUndecodedAbove, forgetUnscreenedAbove } from './unscreened.ts'

/** How a run of blocks came to be read. `follow`: at the tip or on the way to it. `replay`: asked for by hand. */
export type CoverageKind = 'follow' | 'replay'

/** The digest of a block in the hash window behind which its coverage row can't be cut off: see `rememberBlocks`. */
export const unknownDigest = ''

/** An open coverage row: the one that the next block extends. */
export interface CoverageRow {
  id: number
  digest: string
  toHeight: number
}

/** What makes two blocks belong to one row. */
export interface CoverageTerms {
  chain: string
  kind: CoverageKind
  level: string
  /** Proved against their hashes. */
  proved: boolean
  revisions: Revisions
}

/** The terms of a block as it was read. */
export function coverageTerms(
  chain: string,
  kind: CoverageKind,
  block: { level: string; unproved?: boolean },
  revisions: Revisions,
): CoverageTerms {
  return { chain, kind, level: block.level, proved: block.unproved !== true, revisions }
}

/**
 * One link of the hash chain: SHA-256 over the digest before, the block's height and its hash, joined by newlines.
 * Whoever has the blocks can compute it again, so a row can't claim blocks it never saw.
 */
export function foldDigest(digest: string, block: Pick<BlockRef, 'height' | 'hash'>): string {
  return createHash('sha256').update(`${digest}\n${block.height}\n${block.hash}`).digest('hex')
}

/** Where a row's chain begins: its terms, and the digest of the row it follows on (`''` for a replay or the first). */
export function coverageSeed(terms: Omit<CoverageTerms, 'proved'>, before: string): string {
  const { chain, kind, level, revisions } = terms
  return createHash('sha256')
    .update([before, chain, kind, level, revisions.list, revisions.own].join('\n'))
    .digest('hex')
}

/** Extends the row that this block follows on, or begins a new one. Inside a transaction. */
export function coverBlock(
  db: Db,
  terms: CoverageTerms,
  block: BlockRef,
  open: CoverageRow | undefined,
  at: string,
): CoverageRow {
  const row = open ?? beginRow(db, terms, block, at)
  const digest = foldDigest(row.digest, block)
  keepHash(db, terms.chain, block)
  run(
    db,
    'update coverage set to_height = ?, digest = ?, last_hash = ?, updated_at = ? where id = ?',
    ...[block.height, digest, block.hash, at, row.id],
  )
  return { id: row.id, digest, toHeight: block.height }
}

function beginRow(db: Db, terms: CoverageTerms, block: BlockRef, at: string): CoverageRow {
  const before = terms.kind === 'follow' ? lastFollowRow(db, terms.chain)?.digest : undefined
  const seed = coverageSeed(terms, before ?? '')
  const { id } = run(
    db,
    `insert into coverage
       (chain, kind, from_height, to_height, level, proved, list_revision, own_revision, seed, digest, last_hash, updated_at, started_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[terms.chain, terms.kind, block.height, block.height, terms.level, terms.proved ? 1 : 0],
    ...[terms.revisions.list, terms.revisions.own, seed, seed, block.hash, at, at],
  )
  return { id, digest: seed, toHeight: block.height }
}

/** The row the follower would extend, if its terms are still these. */
export function openFollowRow(
  db: Db,
  terms: CoverageTerms,
  parent: BlockRef | null,
): CoverageRow | undefined {
  const last = lastFollowRow(db, terms.chain)
  const fits =
    last !== undefined &&
    parent !== null &&
    last.to_height === parent.height &&
    last.level === terms.level &&
    (last.proved ?? 1) === (terms.proved ? 1 : 0) &&
    last.list_revision === terms.revisions.list &&
    last.own_revision === terms.revisions.own
  return fits ? { id: last.id, digest: last.digest, toHeight: last.to_height } : undefined
}

/** The row that a replay which was interrupted goes on with. */
export function openReplayRow(
  db: Db,
  { chain, level, proved, revisions }: CoverageTerms,
  block: BlockRef,
): CoverageRow | undefined {
  return one<CoverageRow>(
    db,
    `select id, digest, to_height as toHeight from coverage
     where chain = ? and kind = 'replay' and to_height = ? and last_hash = ? and level = ?
       and ifnull(proved, 1) = ? and list_revision = ? and own_revision = ? order by id desc limit 1`,
    ...[chain, block.height - 1, block.parentHash, level, proved ? 1 : 0, revisions.list, revisions.own],
  )
}

/** Whether a row that a replay extends is still as it left it. */
export function isReplayRow(db: Db, { id, digest, toHeight }: CoverageRow): boolean {
  const sql = `select 1 from coverage where id = ? and kind = 'replay' and digest = ? and to_height = ?`
  return one(db, sql, id, digest, toHeight) !== undefined
}

interface FollowRow {
  id: number
  to_height: number
  level: string
  proved: number | null
  list_revision: number
  own_revision: number
  digest: string
}

function lastFollowRow(db: Db, chain: string): FollowRow | undefined {
  return one<FollowRow>(
    db,
    `select id, to_height, level, proved, list_revision, own_revision, digest from coverage
     where chain = ? and kind = 'follow' order by id desc limit 1`,
    chain,
  )
}

/**
 * Takes back what was covered above a height, when a branch lost. Inside a transaction, before the blocks are
 * forgotten. A replay's row goes whole: the digest of its lower part is not kept. It holds only blocks that were not
 * final, see {@link commitReplay}, and the follower's own row covers them; where it was read for addresses that the
 * follower did not know then, it is read again.
 */
export function uncoverAbove(db: Db, chain: string, height: number): void {
  run(db, `delete from coverage where chain = ? and kind = 'follow' and from_height > ?`, chain, height)
  uncoverWhole(db, chain, height)
  run(
    db,
    `update coverage set (to_height, last_hash, digest) =
       (select height, hash, digest from blocks where chain = ?1 and height = ?2)
     where to_height > ?2 and id = (select coverage_id from blocks where chain = ?1 and height = ?2)`,
    ...[chain, height],
  )
  forgetUnscreenedAbove(db, chain, height)
  forgetUndecodedAbove(db, chain, height)
  const lost = all<{ from_height: number }>(
    db,
    `delete from coverage where chain = ? and kind = 'replay' and to_height > ? returning from_height`,
    ...[chain, height],
  )
  if (lost.length > 0) readAgainFrom(db, chain, Math.min(...lost.map((row) => row.from_height)))
}

/**
 * A row that was not kept account of block by block, since its blocks were once taken for final, goes whole: what of it
 * still stands is asked to be read again.
 */
function uncoverWhole(db: Db, chain: string, height: number): void {
  const [row] = all<{ from_height: number; own_revision: number; updated_at: string }>(
    db,
    `delete from coverage where to_height > ?2 and id =
       (select coverage_id from blocks where chain = ?1 and height = ?2 and digest = ?3)
     returning from_height, own_revision, updated_at`,
    ...[chain, height, unknownDigest],
  )
  if (row !== undefined)
    insertReplay(
      db,
      { chain, from: row.from_height, to: height, ownRevision: row.own_revision },
      row.updated_at,
    )
}

/**
 * Shortens the rows that reach over a block to it, before {@link uncoverAbove}: below the hash window no digest was kept, so it is
 * folded again from the kept hashes. Inside a transaction.
 *
 * @param how.refolded some of the hashes come from the node, not from the reading that the row is about: the row says so.
 */
export function shortenCoverage(
  db: Db,
  chain: string,
  to: Pick<BlockRef, 'height' | 'hash'>,
  how: { refolded: boolean; at: string },
): void {
  const rows = all<{ id: number; from_height: number; seed: string }>(
    db,
    `select id, from_height, seed from coverage
     where chain = ?1 and kind in ('follow', 'replay') and from_height <= ?2 and to_height > ?2`,
    ...[chain, to.height],
  )
  for (const { id, from_height, seed } of rows) {
    const digest = keptHashes(db, chain, from_height, to.height).reduce(foldDigest, seed)
    run(
      db,
      `update coverage set to_height = ?, last_hash = ?, digest = ?, refolded_at = ifnull(?, refolded_at), updated_at = ?
       where id = ?`,
      ...[to.height, to.hash, digest, how.refolded ? how.at : null, how.at, id],
    )
  }
}

/** The own revision that a block of the hash window was screened with. */
export function ownRevisionOf(db: Db, chain: string, height: number): number | undefined {
  return one<{ own_revision: number }>(
    db,
    'select c.own_revision from blocks b join coverage c on c.id = b.coverage_id where b.chain = ? and b.height = ?',
    ...[chain, height],
  )?.own_revision
}

/** Whether any block of any chain was screened. */
export function isAnyScreened(db: Db): boolean {
  return one(db, 'select 1 from coverage limit 1') !== undefined
}
