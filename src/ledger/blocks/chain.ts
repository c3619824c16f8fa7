import type { Key } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { BlockRef } from '../../screening/types.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { writeOutbox } from '../events/outbox.ts'

/** One followed chain, as the ledger knows it. */
export interface Chain {
  /** As in the config. */
  id: string
  caip2: string
  /** A key as this chain writes it. */
  addressText: (key: Key) => string
}

/** How far a chain has come. */
export interface ChainState {
  /** Where following began; `null` until it did. */
  startHeight: number | null
  cursor: BlockRef | null
  /** What the node said of its head when it was last asked: a hint, which nothing proves. */
  headHeight: number | null
  /** Blocks at or below it are final: a reorg may not reach them. */
  finalHeight: number | null
}

/**
 * Binds a chain's id to one real chain, for ever.
 *
 * @throws `wrong-chain` when the id already stands for another chain in this database, or the chain for another id.
 */
export function pinChain(db: Db, chain: Chain, genesisHash: string, at: string): void {
  inTransaction(db, () => {
    refuseOtherGenesis(db, chain, genesisHash)
    if (one(db, 'select 1 from chains where id = ?', chain.id) === undefined) {
      run(
        db,
        'insert into chains (id, caip2, genesis_hash, updated_at) values (?, ?, ?, ?)',
        ...[chain.id, chain.caip2, genesisHash, at],
      )
    }
  })
}

/** @throws `wrong-chain` when the id already stands for another chain in this database, or the chain for another id. Reads only. */
export function refuseOtherGenesis(db: Db, chain: Pick<Chain, 'id' | 'caip2'>, genesisHash: string): void {
  const known = one<{ caip2: string; genesis_hash: string }>(
    db,
    'select caip2, genesis_hash from chains where id = ?',
    chain.id,
  )
  if (known === undefined) {
    refuseSecondName(db, chain, genesisHash)
    return
  }
  if (known.caip2 === chain.caip2 && known.genesis_hash === genesisHash) return
  throw new ChainscreenError(
    'wrong-chain',
    `The database knows chain "${chain.id}" as ${known.caip2} with genesis ${known.genesis_hash}, and the node is ${chain.caip2} with genesis ${genesisHash}: use another chain id, or another database.`,
  )
}

/** Alerts of a chain have the same ids under any name: those of the first would neither be final nor orphaned under a second. */
function refuseSecondName(db: Db, { id, caip2 }: Pick<Chain, 'id' | 'caip2'>, genesisHash: string): void {
  const first = one<{ id: string }>(
    db,
    'select id from chains where caip2 = ? and genesis_hash = ?',
    ...[caip2, genesisHash],
  )
  if (first === undefined) return
  throw new ChainscreenError(
    'wrong-chain',
    `The database follows ${caip2} as "${first.id}" already, and the config calls it "${id}": a chain can't be renamed, since its blocks and alerts are stored under its id. Keep that id, or use another database.`,
  )
}

/** What a chain's id stands for; `null` where nothing was read of it yet. */
export function caip2Of(db: Db, chain: string): string | null {
  return one<{ caip2: string }>(db, 'select caip2 from chains where id = ?', chain)?.caip2 ?? null
}

/** The chains that were ever followed or replayed. */
export function chainIds(db: Db): string[] {
  return all<{ id: string }>(db, 'select id from chains order by id').map(({ id }) => id)
}

export function readChainState(db: Db, chainId: string): ChainState {
  const row = one<{
    start_height: number | null
    cursor_height: number | null
    cursor_hash: string | null
    cursor_time: number | null
    head_height: number | null
    final_height: number | null
  }>(
    db,
    'select start_height, cursor_height, cursor_hash, cursor_time, head_height, final_height from chains where id = ?',
    chainId,
  )
  if (row === undefined) return { startHeight: null, cursor: null, headHeight: null, finalHeight: null }
  const { cursor_height: height, cursor_hash: hash, cursor_time: time } = row
  return {
    startHeight: row.start_height,
    cursor:
      height === null || hash === null
        ? null
        : (blockAt(db, chainId, height) ?? { height, hash, parentHash: '', time: time ?? 0 }),
    headHeight: row.head_height,
    finalHeight: row.final_height,
  }
}

/** A block of the followed branch, while it is in the hash window. */
export function blockAt(db: Db, chainId: string, height: number): BlockRef | undefined {
  return one<BlockRef>(
    db,
    'select height, hash, parent_hash as parentHash, time from blocks where chain = ? and height = ?',
    ...[chainId, height],
  )
}

/** Moves the cursor, inside a transaction. `null`: back to before the first block. */
export function moveCursor(db: Db, chainId: string, to: BlockRef | null, at: string): void {
  run(
    db,
    `update chains set cursor_height = ?1, cursor_hash = ?2, cursor_time = ?3, updated_at = ?4,
       start_height = ifnull(start_height, ?1),
       followed_height = nullif(max(ifnull(followed_height, -1), ifnull(?1, -1)), -1) where id = ?5`,
    ...[to?.height ?? null, to?.hash ?? null, to?.time ?? null, at, chainId],
  )
}

/** Notes where the node stands, inside a transaction. What is final never becomes less so. */
export function noteHead(db: Db, chainId: string, headHeight: number, finalHeight: number | null): void {
  run(
    db,
    `update chains set head_height = ?, final_height = nullif(max(ifnull(final_height, -1), ifnull(?, -1)), -1) where id = ?`,
    ...[headHeight, finalHeight, chainId],
  )
}

/** Notes why the follower of a chain gave up, so that other processes know; `null`: it is at work again. */
export function noteHalt(db: Db, chainId: string, reason: string | null, at: string): void {
  // Asked with every look at the head, and nearly never a change: a write would wait for other writers.
  if ((readHalt(db, chainId)?.reason ?? null) === reason) return
  inTransaction(db, () => {
    const before = readHalt(db, chainId)
    run(
      db,
      'update chains set halted_reason = ?1, halted_at = iif(?1 is null, null, ?2) where id = ?3',
      ...[reason, at, chainId],
    )
    const event = { at, chain: chainId }
    if (reason !== null) writeOutbox(db, { ...event, type: 'chain.halted', data: { reason } })
    else if (before !== null)
      writeOutbox(db, { ...event, type: 'chain.recovered', data: { after: 'halted', since: before.at } })
  })
}

/** Why the follower of a chain gave up, and when (ISO-8601); `null` where it did not. */
export function readHalt(db: Db, chainId: string): { at: string; reason: string } | null {
  const row = one<{ at: string | null; reason: string | null }>(
    db,
    'select halted_at as at, halted_reason as reason from chains where id = ?',
    chainId,
  )
  return row?.at == null || row.reason === null ? null : { at: row.at, reason: row.reason }
}

/** The family of addresses that a chain has. @param chain.caip2 `null` where it was never followed. */
export function familyOfChain({ caip2 }: { caip2: string | null }): 'evm' | 'bitcoin' {
  return caip2?.startsWith('eip155:') ? 'evm' : 'bitcoin'
}
