import type { BlockRef } from '../../screening/types.ts'
import { writeEvent } from '../alerts/write-alert.ts'
import { unknownDigest } from '../coverage/coverage.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { readChainState } from './chain.ts'

/** When a block counts as final; see `finality` of the config. */
interface FinalRule {
  depth: number
  /** The node's block tag that it must have reached; `none` on chains without. */
  tag: string
}

/** The rule that a chain was last followed with; `null` where an earlier version followed it, or none. */
export function readFinalRule(db: Db, chain: string): FinalRule | null {
  const row = one<{ depth: number | null; tag: string | null }>(
    db,
    'select finality_depth as depth, finality_tag as tag from chains where id = ?',
    chain,
  )
  return row?.depth == null || row.tag === null ? null : { depth: row.depth, tag: row.tag }
}

/** Writes it down when a chain begins to be followed with it. */
export function noteFinalRule(db: Db, chain: string, { depth, tag }: FinalRule): void {
  const known = readFinalRule(db, chain)
  // Asked with every look at the head: a write would wait for other writers.
  if (known?.depth === depth && known.tag === tag) return
  run(db, 'update chains set finality_depth = ?2, finality_tag = ?3 where id = ?1', chain, depth, tag)
}

/**
 * What a rule means for what is stored under another one, before anything is changed, as sentences for people. What is final stays
 * so, but where it lies less than the new depth below the last screened block: see {@link lowerFinal}.
 */
export function ruleChange(db: Db, chain: string, rule: FinalRule): string[] {
  const was = readFinalRule(db, chain)
  const { cursor, finalHeight } = readChainState(db, chain)
  if (was === null || cursor === null) return []
  const allowed = followedTo(db, chain) - rule.depth
  const count = (status: string, where: string) =>
    one<{ n: number }>(
      db,
      `select count(*) as n from alerts where chain = ? and status = ? and block_height ${where} ?`,
      ...[chain, status, allowed],
    )?.n ?? 0
  const told: string[] = []
  if (rule.depth > was.depth) {
    const isLowered = finalHeight !== null && finalHeight > allowed
    const then = isLowered
      ? `the final height ${finalHeight} goes back to ${allowed < 0 ? 'none' : allowed}, and ${count('final', '>')} final alerts are pending again until the chain has grown`
      : 'nothing that is final is less deep than that, so it stays final'
    told.push(`finality.depth was ${was.depth} and is ${rule.depth}: ${then}`)
  } else if (rule.depth < was.depth)
    told.push(
      `finality.depth was ${was.depth} and is ${rule.depth}: what is final stays final; blocks up to ${Math.max(allowed, 0)} can become final at the next poll of the node, with ${count('pending', '<=')} pending alerts, and a reorg that reaches a final block halts the chain`,
    )
  if (rule.tag !== was.tag)
    told.push(
      `finality.tag was ${was.tag} and is ${rule.tag}: what is final stays final (up to ${finalHeight ?? 'no block yet'}); from now on blocks become final ${rule.tag === 'none' ? 'by their depth alone' : `once the node's \`${rule.tag}\` block has reached them too`}`,
    )
  return told
}

/** The highest block that was read and followed, also where a reorg took it back; -1 for none. */
function followedTo(db: Db, chain: string): number {
  const sql = 'select followed_height as height from chains where id = ?'
  return one<{ height: number | null }>(db, sql, chain)?.height ?? -1
}

/** What was called final too early. */
interface LoweredFinal {
  from: number
  to: number | null
  /** How many alerts are pending again. */
  alerts: number
}

/**
 * Takes back a final height that lies less than `depth` blocks below the highest block that was followed: written by a version that
 * believed a node's word of its head, or with a smaller `depth`. Not below the cursor: a reorg that is not read to its end has the cursor
 * on its fork. Its alerts are `pending` again, each with an event, and become
 * final when the chain has grown.
 *
 * @returns `null` where nothing was wrong.
 */
export function lowerFinal(db: Db, chainId: string, depth: number, at: string): LoweredFinal | null {
  return inTransaction(db, () => {
    const { cursor, finalHeight } = readChainState(db, chainId)
    if (finalHeight === null) return null
    const allowed = followedTo(db, chainId) - depth
    if (finalHeight <= allowed) return null
    const to = allowed < 0 ? null : allowed
    run(db, 'update chains set final_height = ?, updated_at = ? where id = ?', to, at, chainId)
    // Nothing was followed: alerts that stand there are a replay's, of blocks far below any reorg.
    const alerts = cursor === null ? [] : finalAlertsAbove(db, chainId, allowed)
    for (const id of alerts) {
      run(db, `update alerts set status = 'pending' where id = ?`, id)
      const note = `pending again: its block is less than ${depth} blocks below the last one that was screened`
      writeEvent(db, {
        alertId: id,
        at,
        kind: 'note',
        cause: null,
        note,
        data: { from: 'final', to: 'pending' },
      })
    }
    return { from: finalHeight, to, alerts: alerts.length }
  })
}

function finalAlertsAbove(db: Db, chainId: string, height: number): string[] {
  const sql = `select id from alerts where chain = ? and status = 'final' and block_height > ? order by block_height, id`
  return all<{ id: string }>(db, sql, chainId, height).map(({ id }) => id)
}

/**
 * Puts blocks of the followed branch back into the hash window, which a final height above them had emptied. How far
 * the coverage had come with each of them is not known any more; see `uncoverAbove`.
 */
export function rememberBlocks(db: Db, chainId: string, blocks: readonly BlockRef[]): void {
  inTransaction(db, () => {
    for (const { height, hash, parentHash, time } of blocks) {
      const row = one<{ id: number; to_height: number; digest: string }>(
        db,
        `select id, to_height, digest from coverage
         where chain = ?1 and kind = 'follow' and from_height <= ?2 and to_height >= ?2 order by id desc limit 1`,
        ...[chainId, height],
      )
      if (row === undefined) return
      run(
        db,
        `insert into blocks (chain, height, hash, parent_hash, time, coverage_id, digest) values (?, ?, ?, ?, ?, ?, ?)`,
        ...[chainId, height, hash, parentHash, time, row.id],
        row.to_height === height ? row.digest : unknownDigest,
      )
    }
  })
}

/** By status: with every block, and most alerts of a chain have been final for long. */
export const pendingUpToSql = `select id, block_hash from alerts where chain = ? and status = 'pending' and +block_height <= ?
  order by +block_height, id`

/** Alerts of blocks that no reorg may reach any more become final. Inside a transaction. */
export function finalize(db: Db, chainId: string, finalHeight: number, at: string): void {
  const rows = all<{ id: string; block_hash: string }>(db, pendingUpToSql, chainId, finalHeight)
  for (const { id, block_hash } of rows) {
    run(db, `update alerts set status = 'final' where id = ?`, id)
    writeEvent(db, { alertId: id, at, kind: 'final', cause: block_hash })
  }
}
