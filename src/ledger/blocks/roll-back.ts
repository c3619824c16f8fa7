import type { BlockRef } from '../../screening/types.ts'
import { writeEvent } from '../alerts/write-alert.ts'
import { writeAudit } from '../audit.ts'
import { shortenCoverage, uncoverAbove } from '../coverage/coverage.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { writeOutbox } from '../events/outbox.ts'
import { orphanFreezes } from '../freezes/freeze-entries.ts'
import { unsettleAbove } from '../mempool/pending-transactions.ts'
import { forgetHashesAbove, keepHash, lowestOpen } from './block-hashes.ts'
import { type Chain, moveCursor, readChainState } from './chain.ts'

/**
 * The branch above the fork lost: its alerts are orphaned, accounts that issuers froze in it are no longer frozen, its
 * coverage is taken back, and the cursor stands on the fork. One transaction. Nothing is deleted that someone may have read.
 *
 * @param fork the last block both branches share, in the hash window or read below where following began; `null` when the
 * branch lost whole: all that was read and is not final.
 * @param by who asked for it, where a person did: see {@link rewind}.
 * @returns how many alerts were orphaned.
 */
export function rollBack(
  db: Db,
  chain: Chain,
  fork: BlockRef | null,
  at: string,
  by?: { actor: string; note: string | null },
): number {
  return inTransaction(db, () => {
    const height = fork?.height ?? belowAllRead(db, chain.id)
    const lost = all<{ id: string; block_height: number; block_hash: string }>(
      db,
      `select id, block_height, block_hash from alerts
       where chain = ? and block_height > ? and status not in ('orphaned', 'withdrawn') order by block_height, id`,
      ...[chain.id, height],
    )
    for (const { id, block_height, block_hash } of lost) {
      run(db, `update alerts set status = 'orphaned' where id = ?`, id)
      const data = { height: block_height, block: block_hash, ...(by && { rewoundTo: height }) }
      writeEvent(db, { alertId: id, at, kind: 'orphaned', cause: block_hash, data, ...by })
    }
    run(db, reorgedOutSql, chain.id, height)
    unsettleAbove(db, chain.id, height, at)
    orphanFreezes(db, chain.id, height, at)
    uncoverAbove(db, chain.id, height)
    forgetHashesAbove(db, chain.id, height)
    run(db, 'delete from blocks where chain = ? and height > ?', chain.id, height)
    moveCursor(db, chain.id, fork, at)
    return lost.length
  })
}

/** For the test that no scan stands behind it. */
export const reorgedOutSql = `update transaction_rows set state = 1
  where block in (select id from transaction_blocks where chain = ? and height > ?) and state = 0`

function belowAllRead(db: Db, chain: string): number {
  const { startHeight, finalHeight } = readChainState(db, chain)
  const lowest = Math.min(startHeight ?? 0, lowestOpen(db, chain) ?? Number.POSITIVE_INFINITY)
  return Math.max(lowest - 1, finalHeight ?? -1)
}

/** What a rewind takes back. */
export interface RewindImpact {
  blocks: number
  transactions: number
  /** Alerts above the target that stand. */
  alerts: number
  /** Of them, alerts that somebody decided, as ids. */
  decided: string[]
}

/** What stands above a height of a chain. Reads only. */
export function rewindImpact(db: Db, chain: string, height: number): RewindImpact {
  const { cursor } = readChainState(db, chain)
  const count = (sql: string) => one<{ n: number }>(db, sql, chain, height)?.n ?? 0
  return {
    blocks: Math.max(0, (cursor?.height ?? height) - height),
    transactions: count(
      `select count(*) as n from transaction_blocks b join transaction_rows x on x.block = b.id
       where b.chain = ? and b.height > ? and x.state = 0`,
    ),
    alerts: count(
      `select count(*) as n from alerts where chain = ? and block_height > ? and status not in ('orphaned', 'withdrawn')`,
    ),
    decided: all<{ id: string }>(
      db,
      `select id from alerts_current where chain = ? and block_height > ? and status not in ('orphaned', 'withdrawn')
       and disposition != 'open' order by id`,
      ...[chain, height],
    ).map(({ id }) => id),
  }
}

/** The rows of coverage that reach over a height: they are shortened to it. */
export function coverageOver(db: Db, chain: string, height: number): { from: number }[] {
  return all<{ from: number }>(
    db,
    `select from_height as "from" from coverage
     where chain = ?1 and kind in ('follow', 'replay') and from_height <= ?2 and to_height > ?2`,
    ...[chain, height],
  )
}

interface Rewind {
  /** The block that the chain stands on afterwards: one of the node's chain. */
  to: BlockRef
  /** Hashes of covered blocks that the ledger had not kept, as the node has them. */
  served: readonly Pick<BlockRef, 'height' | 'hash'>[]
  actor: string
  note: string | null
  /** Now, ISO-8601. */
  at: string
}

/**
 * Accepts a reorg deeper than final: everything above the target is orphaned, with events; decisions stay; the cursor
 * stands on the target, and nothing above it is final. One transaction.
 */
export function rewind(db: Db, chain: Chain, { to, served, actor, note, at }: Rewind): RewindImpact {
  return inTransaction(db, () => {
    const { cursor } = readChainState(db, chain.id)
    if (cursor === null || cursor.height <= to.height) throw new Error(`there is no block above ${to.height}`)
    const impact = rewindImpact(db, chain.id, to.height)
    for (const block of [...served, to]) keepHash(db, chain.id, block)
    shortenCoverage(db, chain.id, to, { refolded: served.length > 0, at })
    storeInWindow(db, chain.id, to)
    rollBack(db, chain, to, at, { actor, note })
    run(
      db,
      `update chains set final_height = min(final_height, ?1), followed_height = ?1, halted_at = null, halted_reason = null
       where id = ?2`,
      ...[to.height, chain.id],
    )
    run(
      db,
      `insert into chain_rewinds
         (chain, at, actor, note, from_height, from_hash, to_height, to_hash, alerts, decided)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[chain.id, at, actor, note, cursor.height, cursor.hash, to.height, to.hash],
      ...[impact.alerts, impact.decided.length],
    )
    const data = { from: cursor.height, to: to.height, alerts: impact.alerts, decided: impact.decided.length }
    writeAudit(db, { actor, note, at }, 'chain.rewound', chain.id, data)
    const places = { from: placeOf(cursor), to: placeOf(to) }
    const said = { ...places, alerts: impact.alerts, decided: impact.decided.length, actor, note }
    writeOutbox(db, { type: 'chain.rewound', at, chain: chain.id, data: said })
    return impact
  })
}

function placeOf({ height, hash }: BlockRef): Pick<BlockRef, 'height' | 'hash'> {
  return { height, hash }
}

/** The next reorg is compared with the target: it stands in the hash window, also where the window began above it. */
function storeInWindow(db: Db, chain: string, { height, hash, parentHash, time }: BlockRef): void {
  run(
    db,
    `insert into blocks (chain, height, hash, parent_hash, time, coverage_id, digest)
     select ?1, ?2, ?3, ?4, ?5, id, digest from coverage
     where chain = ?1 and kind = 'follow' and to_height = ?2 order by id desc limit 1
     on conflict do nothing`,
    ...[chain, height, hash, parentHash, time],
  )
}
