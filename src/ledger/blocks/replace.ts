import type { Db } from '../database.ts'
import { type Claimed, losersOf, putState, tellReplaced, withdraw } from '../mempool/pending-transactions.ts'

/**
 * A transaction used what others waited to use: they can't be mined beside it. Their alerts are withdrawn, and those
 * of both sides name the other. Inside a transaction of the database; the same again changes nothing.
 *
 * @param block the block it happened in; `null`: in the mempool. @returns how many alerts were withdrawn.
 */
export function replaceBy(
  db: Db,
  chain: string,
  claimed: Claimed,
  block: { height: number; hash: string } | null,
  at: string,
): number {
  const { by } = claimed
  let withdrawn = 0
  for (const { hash, state, replaced_by, block_height } of losersOf(db, chain, claimed)) {
    // A mempool that was read before the block came does not undo the block. And of several replacements in a row each
    // is told of the one before it.
    if (block === null && (block_height !== null || replaced_by !== null)) continue
    const height = block?.height ?? null
    if (state === 'gone' && replaced_by === by && block_height === height) continue
    putState(db, chain, { hash, state: 'gone', replaced_by: by, block_height: height }, at)
    if (replaced_by !== by) tellReplaced(db, chain, hash, by, at)
    const where = block === null ? {} : { height: block.height, block: block.hash }
    withdrawn += withdraw(db, chain, hash, { reason: 'replaced', replacedBy: by, ...where }, at)
  }
  return withdrawn
}
