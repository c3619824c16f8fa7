import { type Db, one, run } from '../database.ts'
import { readChainState } from './chain.ts'

/** When a block counts as final; see `finality` of the config. */
export interface FinalRule {
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
  const allowed = cursor.height - rule.depth
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
