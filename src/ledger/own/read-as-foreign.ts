import type { Key } from '../../address/key.ts'
import { alertId } from '../../screening/alert-id.ts'
import type { BlockRef, Finding, ScreenableTx } from '../../screening/types.ts'
import { writeAlert, writeEvent } from '../alerts/write-alert.ts'
import type { Chain } from '../blocks/chain.ts'
import { findingsAsIfInForce } from '../blocks/reinstate.ts'
import { all, type Db, one, run } from '../database.ts'
import { readRevisions } from '../revisions.ts'
import { isOwn } from './own-addresses.ts'

/** Why the alerts of an address that was removed do not stand: see {@link removeOwnAddresses}. */
const ownRemoved = 'own-removed'

/**
 * Whether a stored reading of a transaction took an address for own that was removed since, and so is not to stand beside
 * this one. Of a transaction that this reading has, the address is a party that the stored one does not name. Of one that
 * it does not have, no transfer is of an address that still is own.
 *
 * @param tx as it is read now; `null` where this reading has no such transaction.
 */
export function tookForOwn(db: Db, chain: string, stored: { id: number }, tx: ScreenableTx | null): boolean {
  if (one(db, 'select 1 from own_removals limit 1') === undefined) return false
  if (tx === null) {
    return (
      one(db, transferOfForeignSql, stored.id, chain) !== undefined &&
      one(db, transferOfOwnSql, stored.id, chain) === undefined
    )
  }
  if (one(db, transferOfForeignSql, stored.id, chain) !== undefined) return true
  const parties = new Set(
    [...tx.transfers.flatMap((each) => each.parties), ...tx.parties].map(({ key }) => key),
  )
  const removed = all<{ key: Key }>(db, removedAmongSql, JSON.stringify([...parties]))
  return removed.some(({ key }) => !isOwn(db, chain, key) && one(db, partySql, stored.id, key) === undefined)
}

const isOwnSql = `exists (select 1 from own_rows o where o.key = t.own_key and o.chain in ('', ?) and o.removed_at is null
  and o.load <= (select cast(value as integer) from meta where key = 'own_load'))`
/** For the test that no scan stands behind them. */
export const transferOfForeignSql = `select 1 from transfer_rows t where t.tx = ? and not ${isOwnSql} limit 1`
export const transferOfOwnSql = `select 1 from transfer_rows t where t.tx = ? and ${isOwnSql} limit 1`
export const removedAmongSql =
  'select k.value as key from json_each(?) k where exists (select 1 from own_removals where key = k.value)'
export const partySql = 'select 1 from party_rows where tx = ? and key = ? limit 1'

interface StandingAlert {
  id: string
  listId: string
  key: Key
  party: Key
}

/**
 * Of a transaction that was read again with a removed address as foreign, inside a transaction of the database: alerts that
 * this reading does not raise are withdrawn; those that it raises otherwise (another own address, another role) are withdrawn
 * and come back as it has them. Decisions stay. An alert whose other side became own stays, as everywhere.
 *
 * @param tx as it is read now; `null` where this reading has no such transaction.
 */
export function judgeAlertsAnew(
  db: Db,
  chain: Chain,
  block: BlockRef,
  hash: string,
  tx: ScreenableTx | null,
  at: string,
): void {
  const standing = all<StandingAlert>(db, standingSql, chain.id, hash, block.hash).filter(
    ({ party }) => !isOwn(db, chain.id, party),
  )
  if (standing.length === 0) return
  const found = new Map(
    (tx === null ? [] : findingsAsIfInForce(db, tx, block, standing)).map((finding) => [
      alertId(chain.caip2, finding),
      finding,
    ]),
  )
  for (const { id, listId, key, party, ...facts } of standing) {
    const finding = found.get(id)
    if (finding !== undefined && factsOf(chain, finding) === JSON.stringify(Object.values(facts))) continue
    withdrawAlert(db, id, { height: block.height, block: block.hash }, at)
    if (finding !== undefined) writeAlert(db, chain, block, finding, readRevisions(db).list, at)
  }
}

/** For the test that no scan stands behind it. */
export const standingSql = `select a.id, a.list_id as listId, k.entry_key as key, k.party_key as party,
    a.direction, a.level, a.tags, a.asset, a.symbol, a.amount, a.own_address, a.role, a.match, k.transfer_count
  from alerts a join alert_keys k on k.alert_id = a.id
  where a.chain = ? and a.tx_hash = ? and a.block_hash = ? and a.status in ('pending', 'final') order by a.id`

/** What of an alert depends on what is own, in the order of {@link standingSql}. */
function factsOf(chain: Chain, finding: Finding): string {
  const { direction, level, tags, asset, symbol, amount, own, role, match, transferCount } = finding
  const amountText = amount === null ? null : String(amount)
  return JSON.stringify([
    ...[direction, level, JSON.stringify(tags), asset, symbol, amountText],
    ...[chain.addressText(own), role, match, transferCount],
  ])
}

/** Withdraws an alert, since its own address was removed. Inside a transaction. */
export function withdrawAlert(
  db: Db,
  id: string,
  where: { height?: number; block?: string },
  at: string,
): void {
  run(db, `update alerts set status = 'withdrawn' where id = ?`, id)
  const data = { reason: ownRemoved, ...where }
  writeEvent(db, { alertId: id, at, kind: 'withdrawn', cause: where.block ?? ownRemoved, data })
}

/** Whether the own side of an alert was removed, and is not own again. */
export function isOfRemoved(db: Db, chain: string, alertId: string): boolean {
  const removed = one<{ key: Key }>(
    db,
    'select r.key from alert_keys k join own_removals r on r.key = k.own_key where k.alert_id = ? limit 1',
    alertId,
  )
  return removed !== undefined && !isOwn(db, chain, removed.key)
}
