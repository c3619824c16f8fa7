import type { BlockRef, ScreenableTx } from '../../screening/types.ts'
import type { UnscreenedNote } from '../coverage/unscreened.ts'
import { all, type Db, one, run } from '../database.ts'
import { judgeAlertsAnew, tookForOwn } from '../own/read-as-foreign.ts'
import type { Chain } from './chain.ts'
import { isWeaker } from './stronger-readings.ts'

/** A block as a reading has it, with what that reading could not screen. */
export interface ReadBlock extends BlockRef {
  level: string
  unproved?: boolean
  unscreened: readonly Pick<UnscreenedNote, 'what' | 'txHash'>[]
}

/** What stands of one inclusion of a transaction. */
export interface StoredReading {
  id: number
  hash: string
  own_signed: number
}

/**
 * Sets a stored reading of a transaction aside where it knew other own addresses than there are now. Inside a transaction,
 * before the new reading is written in its place.
 *
 * - It took an own address for another's: what is own to own by now stands there as a transfer, and parties in roles that
 *   they do not have, and a re-screen would raise alerts of it that no replay gives. Its alerts stay.
 * - It took for own what was removed since: what such an address did is no transfer of ours, and whom ours dealt with was not
 *   seen. Its alerts are judged by the new reading.
 *
 * What own addresses do not explain stays, for nobody knows which of two readings was right.
 *
 * The rows stay, as those of a lost block do: to delete a transfer, SQLite looks through all parties for its foreign key.
 *
 * @param tx as it is read now; `null` where this reading has no such transaction.
 * @returns whether it did.
 */
export function setMisreadAside(
  db: Db,
  chain: Chain,
  block: ReadBlock,
  { id, hash, own_signed }: StoredReading,
  tx: ScreenableTx | null,
  at: string,
): boolean {
  const tookForForeign =
    (tx?.ownSigned === true && own_signed === 0) || one(db, ownPartySql, id, chain.id) !== undefined
  const isForeignNow = tookForOwn(db, chain.id, { id }, tx)
  if (!(tookForForeign || isForeignNow) || !showsNoLess(db, chain, block, hash)) return false
  // Under another name, so that no reorg brings it back.
  run(db, `update transactions set orphaned = 1, block_hash = block_hash || '~' || id where id = ?`, id)
  if (isForeignNow) judgeAlertsAnew(db, chain, block, hash, tx, at)
  return true
}

/** The same for transactions that a new reading of their block does not have: all that they move is own to own by now, or no own address is in them any more. */
export function setUntouchedAside(
  db: Db,
  chain: Chain,
  block: ReadBlock & { transactions: readonly { hash: string }[] },
  at: string,
): void {
  const stored = all<StoredReading>(db, storedOfBlockSql, chain.id, block.height, block.hash)
  if (stored.length === 0) return
  const read = new Set(block.transactions.map(({ hash }) => hash))
  for (const each of stored) if (!read.has(each.hash)) setMisreadAside(db, chain, block, each, null, at)
}

/** For the test that no scan stands behind them. No reading names an own address as a party: such a one is own since. */
export const ownPartySql = `select 1 from parties p where p.transaction_id = ? and exists (
  select 1 from own_rows o where o.key = p.key and o.chain in ('', ?) and o.removed_at is null
    and o.load <= (select cast(value as integer) from meta where key = 'own_load')) limit 1`
export const storedOfBlockSql = `select id, own_signed, hash from transactions
  where chain = ? and block_height = ? and block_hash = ? and orphaned = 0`

/**
 * Whether a reading has no gap, of a transaction, that those before it had not: one without call traces does not undo what
 * one with them told.
 */
function showsNoLess(db: Db, chain: Chain, block: ReadBlock, txHash: string): boolean {
  const { height, unscreened } = block
  const gaps = all<{ what: string }>(
    db,
    `select distinct what from unscreened
     where chain = ? and from_height <= ? and to_height >= ? and closed_at is null and (tx_hash is null or tx_hash = ?)`,
    ...[chain.id, height, height, txHash],
  )
  const before = new Set(gaps.map(({ what }) => what))
  const now = unscreened.filter((note) => (note.txHash ?? txHash) === txHash)
  if (!now.every(({ what }) => before.has(what))) return false
  return !isWeaker(db, chain.id, height, block)
}
