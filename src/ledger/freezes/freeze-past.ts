import type { Key } from '../../address/key.ts'
import type { Chain } from '../blocks/chain.ts'
import { noteUnscreened, type UnscreenedNote } from '../coverage/unscreened.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import type { FreezeContractRow } from './freeze-contracts.ts'
import { type FreezeBlock, writeFreezes } from './freeze-entries.ts'

/** Blocks of the past to look through for some contracts. */
export interface PastRange {
  contracts: readonly string[]
  from: number
  to: number
}

/** How far the past of a contract has been read. */
export interface PastProgress extends FreezeContractRow {
  /** The last block of its past; `null` while it is not known, since its chain was never followed. */
  last: number | null
}

const progressSql = `select f.*, ifnull(f.past_to, c.start_height - 1) as last, c.final_height
  from freeze_contracts f left join chains c on c.id = f.chain where f.dropped = 0`

/** The contracts of a list, and how far their past has been read. */
export function pastProgress(db: Db, listId: string): PastProgress[] {
  return all<PastProgress>(db, `${progressSql} and f.list_id = ? order by f.chain, f.contract`, listId)
}

/** Whether the past of a contract has been read to its end. */
export function isReadThrough({ past_next, last }: PastProgress): boolean {
  return last !== null && past_next > last
}

/**
 * The next blocks to look through, of those that are final: what a reorg may still undo becomes final first.
 *
 * @param size how many at most. @returns `null` when there is nothing to read (yet).
 */
export function nextPastRange(db: Db, chainId: string, size: number): PastRange | null {
  const rows = all<PastProgress & { final_height: number | null }>(
    db,
    `select * from (${progressSql}) where chain = ? and unwatched_from is null
       and past_next <= min(last, ifnull(final_height, -1)) order by past_next, contract`,
    chainId,
  )
  const [first] = rows
  if (first === undefined) return null
  const together = rows.filter(({ past_next }) => past_next === first.past_next)
  const later = rows.find(({ past_next }) => past_next > first.past_next)
  const ends = [first.past_next + size - 1, (later?.past_next ?? Number.POSITIVE_INFINITY) - 1]
  for (const { last, final_height } of together) ends.push(last ?? -1, final_height ?? -1)
  return {
    contracts: [...new Set(together.map(({ contract }) => contract))],
    from: first.past_next,
    to: Math.min(...ends),
  }
}

/** A block of the past, read and proved. */
export interface PastBlock extends FreezeBlock {
  unscreened: readonly UnscreenedNote[]
}

/** Takes over what was read of a range, and how far that brings its contracts: one transaction. */
export function commitPast(
  db: Db,
  chain: Pick<Chain, 'id'>,
  { contracts, from, to }: PastRange,
  blocks: readonly PastBlock[],
  at: string,
): void {
  inTransaction(db, () => {
    writeFreezes(db, chain.id, blocks, at)
    for (const { height, unscreened } of blocks) {
      for (const note of unscreened) noteUnscreened(db, chain.id, height, note, at)
    }
    for (const contract of contracts) {
      // Only where nothing moved meanwhile: another config may have been read.
      run(
        db,
        'update freeze_contracts set past_next = ? where chain = ? and contract = ? and past_next = ?',
        ...[to + 1, chain.id, contract, from],
      )
    }
  })
}

/** An account that a contract spoke of, and whether it is frozen by what was read of it. */
export interface FrozenAccount {
  key: Key
  frozen: boolean
}

/** A contract whose past is read through, and whose own word was not asked for yet. */
export function nextToCompare(db: Db, chainId: string): FreezeContractRow | undefined {
  return one<FreezeContractRow>(
    db,
    `select * from (${progressSql}) where chain = ? and unwatched_from is null and past_next > last
       and compared_at is null order by list_id, contract limit 1`,
    chainId,
  )
}

/** Every account that a contract spoke of, with the last word that stands. */
export function frozenAccounts(db: Db, chainId: string, contract: string): FrozenAccount[] {
  const rows = all<{ key: Key; change: string }>(
    db,
    `select key, change, max(block_height * 1000000 + log_index) from token_freezes
     where chain = ? and contract = ? and orphaned = 0 group by key order by key`,
    ...[chainId, contract],
  )
  return rows.map(({ key, change }) => ({ key, frozen: change === 'frozen' }))
}

export function noteCompared(
  db: Db,
  { list_id, chain, contract }: Pick<FreezeContractRow, 'list_id' | 'chain' | 'contract'>,
  at: string,
): void {
  run(
    db,
    'update freeze_contracts set compared_at = ? where list_id = ? and chain = ? and contract = ?',
    ...[at, list_id, chain, contract],
  )
}
