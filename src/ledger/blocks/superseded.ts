import type { BlockRef, ScreenableTx } from '../../screening/types.ts'
import type { UnscreenedNote } from '../coverage/unscreened.ts'
import { all, type Db, one, run } from '../database.ts'
import { judgeAlertsAnew, tookForOwn } from '../own/read-as-foreign.ts'
import type { StoredBlock, StoredReading } from '../transfers/stored-block.ts'
import type { Chain } from './chain.ts'

/** A block as a reading has it, with what that reading could not screen. */
export interface ReadBlock extends BlockRef {
  level: string
  unproved?: boolean
  unscreened: readonly Pick<UnscreenedNote, 'what' | 'txHash'>[]
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
  run(db, 'update transaction_rows set state = 2 where id = ?', id)
  if (isForeignNow) judgeAlertsAnew(db, chain, block, hash, tx, at)
  return true
}

/** The same for transactions that a new reading of their block does not have: all that they move is own to own by now, or no own address is in them any more. */
export function setUntouchedAside(
  db: Db,
  chain: Chain,
  block: ReadBlock & { transactions: readonly { hash: string }[] },
  stored: StoredBlock,
  at: string,
): void {
  if (stored.readings.size === 0) return
  const read = new Set(block.transactions.map(({ hash }) => hash))
  for (const each of stored.readings.values()) {
    if (each.state === 0 && !read.has(each.hash)) setMisreadAside(db, chain, block, each, null, at)
  }
}

/** For the test that no scan stands behind it. No reading names an own address as a party: such a one is own since. */
export const ownPartySql = `select 1 from party_rows p where p.tx = ? and exists (
  select 1 from own_rows o where o.key = p.key and o.chain in ('', ?) and o.removed_at is null
    and o.load <= (select cast(value as integer) from meta where key = 'own_load')) limit 1`

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

/** How much a reading of a block saw; see `SourceBlock`. */
interface ReadingStrength {
  level: string
  unproved?: boolean
  unscreened: readonly { what: string; txHash?: string }[]
}

/**
 * Whether an earlier reading of a block saw more than this one: call traces or inputs that this one lacks, or a proof where this one
 * has none, or proved false. Then this one adds what is new, and changes nothing that stands.
 */
export function isWeaker(
  db: Db,
  chain: string,
  height: number,
  { level, unproved = false, unscreened }: ReadingStrength,
): boolean {
  const lacksLevel = level !== 'full'
  const lacksProof =
    unproved || unscreened.some(({ what, txHash }) => what === 'unverified' && txHash === undefined)
  return (
    (lacksLevel && isCovered(db, chain, height, `level = 'full'`)) ||
    (lacksProof &&
      isCovered(db, chain, height, 'proved is not 0') &&
      !isOpen(db, chain, height, 'unverified', 'and tx_hash is null'))
  )
}

function isCovered(db: Db, chain: string, height: number, how: string, ...params: unknown[]): boolean {
  const sql = `select 1 from coverage where chain = ? and kind in ('follow', 'replay') and from_height <= ? and to_height >= ?
    and ${how} limit 1`
  return one(db, sql, chain, height, height, ...params) !== undefined
}

/**
 * Whether an earlier reading of a block, with the same own addresses or more, had this part of it: where no gap of it is open, what a
 * later reading can't see of it is no gap.
 *
 * @param what of the note in `unscreened`.
 */
export function wasScreened(
  db: Db,
  chain: string,
  height: number,
  { what, ownRevision }: { what: string; ownRevision: number },
): boolean {
  const how = `level = 'full' and own_revision >= ? and (? != 'unverified' or proved = 1)`
  if (!isCovered(db, chain, height, how, ownRevision, what)) return false
  return !isOpen(db, chain, height, what)
}

/** Whether a gap of a block is open. @param which more of the condition. */
function isOpen(db: Db, chain: string, height: number, what: string, which = ''): boolean {
  const sql = `select 1 from unscreened
    where chain = ? and from_height <= ? and to_height >= ? and what = ? and closed_at is null ${which} limit 1`
  return one(db, sql, chain, height, height, what) !== undefined
}
