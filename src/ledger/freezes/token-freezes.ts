import type { Key } from '../../address/key.ts'
import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef, FreezeNotice } from '../../screening/types.ts'
import { all, type Db, run } from '../database.ts'
import { refreshFrozen } from './freeze-entries.ts'

/** A block, with what token contracts say in it of accounts. */
export interface FreezeBlock extends Pick<BlockRef, 'height' | 'hash' | 'time'> {
  freezes?: readonly FreezeNotice[]
}

/**
 * Writes what blocks say of frozen accounts, and takes it over into the lists, inside a transaction and after the blocks'
 * movements: the job that this writes down looks at those too. The same block again changes nothing.
 *
 * @returns whether the list revision moved: what comes after has to be screened with the new one.
 */
export function writeFreezes(db: Db, chainId: string, blocks: readonly FreezeBlock[], at: string): boolean {
  const changed = new Set<Key>()
  for (const block of blocks) {
    for (const notice of block.freezes ?? []) {
      if (writeNotice(db, chainId, block, notice)) changed.add(notice.account)
    }
  }
  return refreshFrozen(db, chainId, changed, at)
}

/** @returns whether it is news: not known yet, or of a block that had lost. */
function writeNotice(db: Db, chainId: string, block: FreezeBlock, notice: FreezeNotice): boolean {
  const { contract, account, change, txHash, logIndex } = notice
  const { changes } = run(
    db,
    `insert into token_freezes
       (chain, block_hash, log_index, block_height, block_time, tx_hash, contract, key, change)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (chain, block_hash, log_index) do update set orphaned = 0 where orphaned = 1`,
    ...[chainId, block.hash, logIndex, block.height, isoTime(block.time), txHash, contract, account, change],
  )
  return changes > 0
}

/** What blocks that lost said counts no more, inside the transaction of the roll-back. @param height the fork's. */
export function orphanFreezes(db: Db, chainId: string, height: number, at: string): void {
  const lost = all<{ key: Key }>(
    db,
    `update token_freezes set orphaned = 1 where chain = ? and block_height > ? and orphaned = 0 returning key`,
    ...[chainId, height],
  )
  // Blocks that come in place of those may be followed without a contract that those were still followed with.
  run(
    db,
    'update freeze_contracts set unwatched_from = min(unwatched_from, ?) where chain = ?',
    ...[height + 1, chainId],
  )
  refreshFrozen(db, chainId, new Set(lost.map(({ key }) => key)), at)
}
