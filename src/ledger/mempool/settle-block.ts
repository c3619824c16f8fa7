import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef } from '../../screening/types.ts'
import { writeEvent } from '../alerts/write-alert.ts'
import type { Chain } from '../blocks/chain.ts'
import { type Db, run } from '../database.ts'
import { isOfRemoved } from '../own/read-as-foreign.ts'
import {
  alertsOf,
  type Conflict,
  conflictingWith,
  noteReplacement,
  putState,
  readPending,
  withdraw,
} from './pending-transactions.ts'

/** A block, and which of the watched outpoints and nonces its transactions spend. */
interface SettlingBlock extends BlockRef {
  level: string
  conflicts?: readonly Conflict[]
}

/**
 * What a block says of the transactions that waited: mined, or replaced by one that is. Inside a transaction, after
 * the block's own alerts, which have confirmed those it raises again. An alert that it does not raise was wrong before
 * the block, and is withdrawn.
 */
export function settleBlock(db: Db, chain: Chain, block: SettlingBlock, at: string): void {
  for (const conflict of byTransaction(block.conflicts ?? [])) {
    replaceBy(db, chain.id, conflict, block, at)
    const mined = readPending(db, chain.id, conflict.by)
    if (mined === undefined || (mined.state === 'mined' && mined.block_height === block.height)) continue
    putState(
      db,
      chain.id,
      { hash: conflict.by, state: 'mined', replaced_by: null, block_height: block.height },
      at,
    )
    const where = { height: block.height, block: block.hash }
    // Who paid is not read at this level, and so not alerted; a Bitcoin transaction does the same in any block.
    if (block.level === 'outputs') confirm(db, chain.id, conflict.by, block, at)
    else withdraw(db, chain.id, conflict.by, { reason: 'not-in-block', ...where }, at)
  }
}

/** One transaction's after the other's: of two that replace a third, each is reported once. */
function byTransaction(conflicts: readonly Conflict[]): Conflict[] {
  const order = new Map<string, number>()
  for (const { by } of conflicts) if (!order.has(by)) order.set(by, order.size)
  return conflicts.toSorted((a, b) => (order.get(a.by) ?? 0) - (order.get(b.by) ?? 0))
}

function confirm(db: Db, chain: string, hash: string, block: BlockRef, at: string): void {
  const data = { height: block.height, block: block.hash }
  const inStatus = (status: string) => alertsOf(db, chain, hash, [status])
  const changed = [
    ...inStatus('pending-mempool').map((alertId) => ({ alertId, kind: 'confirmed' as const })),
    ...['orphaned', 'withdrawn']
      .flatMap(inStatus)
      .filter((alertId) => !isOfRemoved(db, chain, alertId))
      .map((alertId) => ({ alertId, kind: 'reinstated' as const })),
  ]
  for (const { alertId, kind } of changed) {
    run(
      db,
      `update alerts set status = 'pending', block_height = ?, block_hash = ?, block_time = ? where id = ?`,
      ...[block.height, block.hash, isoTime(block.time), alertId],
    )
    writeEvent(db, { alertId, at, kind, cause: block.hash, data })
  }
}

/**
 * A transaction used what others waited to use: they can't be mined beside it. Their alerts are withdrawn, and those
 * of both sides name the other. Inside a transaction of the database; the same again changes nothing.
 *
 * @param block the block it happened in; `null`: in the mempool. @returns how many alerts were withdrawn.
 */
export function replaceBy(
  db: Db,
  chain: string,
  conflict: Conflict,
  block: { height: number; hash: string } | null,
  at: string,
): number {
  const { by } = conflict
  let withdrawn = 0
  for (const { hash, state, replaced_by, block_height } of conflictingWith(db, chain, conflict)) {
    // A mempool that was read before the block came does not undo the block. And of several replacements in a row each
    // gets the event of the one before it.
    if (block === null && (block_height !== null || replaced_by !== null)) continue
    const height = block?.height ?? null
    if (state === 'gone' && replaced_by === by && block_height === height) continue
    putState(db, chain, { hash, state: 'gone', replaced_by: by, block_height: height }, at)
    if (replaced_by !== by) noteReplacement(db, chain, hash, by, at)
    const where = block === null ? {} : { height: block.height, block: block.hash }
    withdrawn += withdraw(db, chain, hash, { reason: 'replaced', replacedBy: by, ...where }, at)
  }
  return withdrawn
}
