import { alertId } from '../../screening/alert-id.ts'
import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef, Finding } from '../../screening/types.ts'
import type { Chain } from '../blocks/chain.ts'
import { type Db, one, run } from '../database.ts'
import { alertEventId } from '../events/event-id.ts'
import { assetName } from '../transfers/known-assets.ts'

/** What became of a finding: a new alert, one that came back, or one that existed already, in a block or before it. */
export type AlertOutcome = 'created' | 'reinstated' | 'known'

/**
 * Writes one finding as an alert, inside a transaction. The id decides: the same finding again writes nothing; one
 * that waited is confirmed by its block, one that was orphaned or withdrawn is reinstated.
 *
 * @param block `null` for a transaction that waits in the mempool. @param revision the list revision it was screened
 * with. @param at now, ISO-8601.
 */
export function writeAlert(
  db: Db,
  chain: Chain,
  block: BlockRef | null,
  finding: Finding,
  revision: number,
  at: string,
): AlertOutcome {
  const id = alertId(chain.caip2, finding)
  const known = one<{ status: string }>(db, 'select status from alerts where id = ?', id)
  if (known === undefined) {
    insert(db, chain, block, finding, revision, id, at)
    const data = {
      ...(finding.transferCount > 1 && { transfers: finding.transferCount }),
      ...(block === null && { status: 'pending-mempool' }),
    }
    writeEvent(db, {
      ...{ alertId: id, at, kind: 'created', cause: onlyCause },
      data: Object.keys(data).length > 0 ? data : null,
    })
    return 'created'
  }
  const cameBack = known.status === 'orphaned' || known.status === 'withdrawn'
  const confirmed = known.status === 'pending-mempool' && block !== null
  if (!cameBack && !confirmed) return 'known'
  place(db, chain, block, finding, id)
  const data = block === null ? { status: 'pending-mempool' } : { height: block.height, block: block.hash }
  const kind = confirmed ? 'confirmed' : 'reinstated'
  writeEvent(db, { alertId: id, at, kind, cause: block?.hash ?? 'mempool', data })
  return confirmed ? 'known' : 'reinstated'
}

/** What the config says of the asset. */
const decimalsSql = '(select decimals from known_assets where chain = ? and asset = ?)'

function placeOf(block: BlockRef | null) {
  return block === null
    ? ['pending-mempool', null, null, null]
    : ['pending', block.height, block.hash, isoTime(block.time)]
}

function insert(
  db: Db,
  chain: Chain,
  block: BlockRef | null,
  finding: Finding,
  revision: number,
  id: string,
  at: string,
) {
  const { entry } = finding
  run(
    db,
    `insert into alerts (
       id, chain, direction, level, tags, status, block_height, block_hash, block_time, tx_hash, transfer, asset,
       symbol, amount, own_address, counterparty, role, match, list_id, category, entry_address, subject, programs,
       listed_on, listed_at_transfer, list_revision, created_at, subject_ids, decimals)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${decimalsSql})`,
    ...[id, chain.id, finding.direction, finding.level, JSON.stringify(finding.tags)],
    ...[...placeOf(block), finding.txHash, finding.transfer],
    ...[finding.asset, finding.symbol, amountText(finding)],
    ...[chain.addressText(finding.own), chain.addressText(finding.party), finding.role, finding.match],
    ...[entry.listId, entry.category, entry.address, entry.subject, JSON.stringify(entry.programs)],
    ...[entry.listedOn, finding.listedAtTransfer, revision, at, JSON.stringify(entry.subjectIds)],
    ...[chain.id, assetName(finding.asset)],
  )
  run(
    db,
    'insert into alert_keys (alert_id, party_key, entry_key, own_key, transfer_count) values (?, ?, ?, ?, ?)',
    ...[id, finding.party, entry.key, finding.own, finding.transferCount],
  )
}

/** A transaction mined again may have moved other amounts: an EVM call runs on the state it meets. */
function place(db: Db, chain: Chain, block: BlockRef | null, finding: Finding, id: string): void {
  run(
    db,
    `update alerts set status = ?, block_height = ?, block_hash = ?, block_time = ?, direction = ?, level = ?,
       tags = ?, asset = ?, symbol = ?, amount = ?, own_address = ?, role = ?, match = ?, listed_at_transfer = ?,
       decimals = ${decimalsSql} where id = ?`,
    ...[...placeOf(block), finding.direction, finding.level],
    ...[JSON.stringify(finding.tags), finding.asset, finding.symbol, amountText(finding)],
    ...[chain.addressText(finding.own), finding.role, finding.match, finding.listedAtTransfer],
    ...[chain.id, assetName(finding.asset), id],
  )
  run(
    db,
    'update alert_keys set own_key = ?, transfer_count = ? where alert_id = ?',
    ...[finding.own, finding.transferCount, id],
  )
}

/** Unknown of an undecoded log. */
function amountText({ amount }: Finding): string | null {
  return amount === null ? null : String(amount)
}

/** What can happen to an alert. `acknowledged` to `reopened` are a person's decisions. */
export type AlertEventKind =
  | 'created'
  | 'confirmed'
  | 'final'
  | 'orphaned'
  | 'reinstated'
  | 'withdrawn'
  | 'replaced'
  | 'entry-removed'
  | 'listed-again'
  | 'regraded'
  | 'assigned'
  | 'proposed'
  | 'acknowledged'
  | 'blocked'
  | 'rejected'
  | 'released'
  | 'false-positive'
  | 'reopened'
  | 'filed'
  | 'note'

/** The cause of what happens to an alert once, or of nothing but itself: whatever block or list it first came with. */
export const onlyCause = ''

interface AlertEvent {
  alertId: string
  /** ISO-8601. */
  at: string
  kind: AlertEventKind
  /**
   * What made it happen, the same for every daemon: a block's hash, the SHA-256 of a list's version, a transaction, or the like.
   * With it the event has the same id everywhere. `null`: the act of a person, or what this database alone can tell.
   */
  cause: string | null
  /** Who: a person's name, or `chainscreen`. */
  actor?: string
  note?: string | null
  data?: Record<string, unknown> | null
}

/** Appends to the events of an alert. Nothing in it is ever changed. */
export function writeEvent(db: Db, event: AlertEvent): void {
  run(
    db,
    'insert into alert_events (alert_id, at, kind, actor, note, data, event_id) values (?, ?, ?, ?, ?, ?, ?)',
    ...[event.alertId, event.at, event.kind, event.actor ?? 'chainscreen', event.note ?? null],
    ...[event.data ? JSON.stringify(event.data) : null, idOf(db, event)],
  )
}

/** The same happens again where blocks are reorged out and in, or a list goes back to an earlier version. */
function idOf(db: Db, { alertId, kind, at, actor, note, data, ...event }: AlertEvent): Buffer {
  const cause = event.cause ?? JSON.stringify([at, actor, note, data])
  for (let times = 0; ; times++) {
    const id = alertEventId(alertId, kind, cause, times)
    if (kind === 'created' || one(db, knownEventSql, alertId, id) === undefined) return id
  }
}

const knownEventSql = 'select 1 from alert_events where alert_id = ? and event_id = ?'
