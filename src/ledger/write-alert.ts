import { alertId } from '../screening/alert-id.ts'
import type { BlockRef, Finding } from '../screening/types.ts'
import { writeEvent } from './alert-events.ts'
import type { Chain } from './chain.ts'
import { type Db, one, run } from './database.ts'
import { isoTime } from './time.ts'

/** What became of a finding: a new alert, one that came back after a reorg, or one that stood already. */
export type AlertOutcome = 'created' | 'reinstated' | 'known'

/**
 * Writes one finding as an alert, inside a transaction. The id decides: the same finding again writes nothing; one
 * that was orphaned is reinstated in its new block.
 *
 * @param revision the list revision it was screened with. @param at now, ISO-8601.
 */
export function writeAlert(
  db: Db,
  chain: Chain,
  block: BlockRef,
  finding: Finding,
  revision: number,
  at: string,
): AlertOutcome {
  const id = alertId(chain.caip2, finding)
  const known = one<{ status: string }>(db, 'select status from alerts where id = ?', id)
  if (known === undefined) {
    insert(db, chain, block, finding, revision, id, at)
    const data = finding.transferCount > 1 ? { transfers: finding.transferCount } : null
    writeEvent(db, { alertId: id, at, kind: 'created', data })
    return 'created'
  }
  if (known.status !== 'orphaned') return 'known'
  reinstate(db, chain, block, finding, id)
  writeEvent(db, { alertId: id, at, kind: 'reinstated', data: { height: block.height, block: block.hash } })
  return 'reinstated'
}

function insert(
  db: Db,
  chain: Chain,
  block: BlockRef,
  finding: Finding,
  revision: number,
  id: string,
  at: string,
) {
  const { entry } = finding
  run(
    db,
    `insert into alerts (
       id, chain, direction, status, level, tags, block_height, block_hash, block_time, tx_hash, transfer, asset,
       symbol, amount, own_address, counterparty, role, match, list_id, category, entry_address, subject, programs,
       listed_on, listed_at_transfer, list_revision, created_at)
     values (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, chain.id, finding.direction, finding.level, JSON.stringify(finding.tags)],
    ...[block.height, block.hash, isoTime(block.time), finding.txHash, finding.transfer],
    ...[finding.asset, finding.symbol, String(finding.amount)],
    ...[chain.addressText(finding.own), chain.addressText(finding.party), finding.role, finding.match],
    ...[entry.listId, entry.category, entry.address, entry.subject, JSON.stringify(entry.programs)],
    ...[entry.listedOn, finding.listedAtTransfer, revision, at],
  )
  run(
    db,
    'insert into alert_keys (alert_id, party_key, entry_key, own_key, transfer_count) values (?, ?, ?, ?, ?)',
    ...[id, finding.party, entry.key, finding.own, finding.transferCount],
  )
}

/** A transaction mined again may have moved other amounts: an EVM call runs on the state it meets. */
function reinstate(db: Db, chain: Chain, block: BlockRef, finding: Finding, id: string): void {
  run(
    db,
    `update alerts set status = 'pending', block_height = ?, block_hash = ?, block_time = ?, direction = ?, level = ?,
       tags = ?, asset = ?, symbol = ?, amount = ?, own_address = ?, role = ?, match = ?, listed_at_transfer = ?
     where id = ?`,
    ...[block.height, block.hash, isoTime(block.time), finding.direction, finding.level],
    ...[JSON.stringify(finding.tags), finding.asset, finding.symbol, String(finding.amount)],
    ...[chain.addressText(finding.own), finding.role, finding.match, finding.listedAtTransfer, id],
  )
  run(
    db,
    'update alert_keys set own_key = ?, transfer_count = ? where alert_id = ?',
    ...[finding.own, finding.transferCount, id],
  )
}
