import type { Key } from '../../address/key.ts'
import type { Tag } from '../../screening/level.ts'
import { all, type Db, one, run } from '../database.ts'
import { putAsset } from '../transfers/stored-block.ts'
import { entryOf, storedTags } from '../transfers/stored-form.ts'
import { lastTransferSql } from '../transfers/stored-transactions.ts'
import { writeEvent } from './write-alert.ts'

/** How far a job has come. */
export type RegradePosition =
  /** Rows of transfers up to this one are done. */
  { stage: 'transfers'; transfer: number } | AlertsPosition

/** All transfers are done; and the alerts of transactions up to this one, by height and hash. */
export interface AlertsPosition {
  stage: 'alerts'
  height: number
  tx: string
  /** Of the next transaction, the last alert that is done; `null` = none is. */
  alert: string | null
}

/** Stored transfers, and alerts that stand, that are to be graded anew, since the config calls assets otherwise. */
export interface Regrade {
  id: number
  chain: string
  /** `known_assets.asset`; `null` = all. */
  assets: ReadonlySet<string> | null
  /** Later rows of transfers were read with the new names. */
  transfersTo: number
  position: RegradePosition
}

/** Writes a job down, in the transaction that made it necessary. */
export function addRegrade(
  db: Db,
  { chain, assets, at }: { chain: string; assets: readonly string[] | null; at: string },
): void {
  run(
    db,
    `insert into regrades (chain, assets, transfers_to, state, added_at)
     values (?, ?, ${lastTransferSql}, 'pending', ?)`,
    ...[chain, assets === null ? null : JSON.stringify(assets), at],
  )
}

interface RegradeRow extends Pick<Regrade, 'id' | 'chain' | 'transfersTo'> {
  assets: string | null
  stage: RegradePosition['stage'] | null
  transfer: number | null
  height: number | null
  tx: string | null
  alert: string | null
}

/** The job to work on: they are done in the order in which they were written down. */
export function nextRegrade(db: Db): Regrade | undefined {
  const row = one<RegradeRow>(
    db,
    `select id, chain, assets, transfers_to as transfersTo, position_stage as stage, position_transfer as transfer,
       position_height as height, position_tx as tx, position_alert as alert
     from regrades where state = 'pending' order by id limit 1`,
  )
  if (row === undefined) return undefined
  const { id, chain, transfersTo, assets } = row
  const names = assets === null ? null : new Set(JSON.parse(assets) as string[])
  return { id, chain, assets: names, transfersTo, position: positionOf(row) }
}

function positionOf({ stage, transfer, height, tx, alert }: RegradeRow): RegradePosition {
  if (stage !== 'alerts') return { stage: 'transfers', transfer: transfer ?? 0 }
  return { stage, height: height ?? -1, tx: tx ?? '', alert }
}

/** Notes what a job did and how far it is, in the transaction that did it. @param position `null`: it is done. */
export function saveRegrade(
  db: Db,
  id: number,
  did: { transfers: number; regraded: number; created: number },
  position: RegradePosition | null,
  at: string,
): void {
  const alerts = position?.stage === 'alerts' ? position : null
  run(
    db,
    `update regrades set state = ?, position_stage = ?, position_transfer = ?, position_height = ?, position_tx = ?,
       position_alert = ?, transfers = transfers + ?, regraded = regraded + ?, created = created + ?,
       started_at = ifnull(started_at, ?), finished_at = ? where id = ?`,
    ...[position === null ? 'done' : 'pending', position?.stage ?? null],
    ...[position?.stage === 'transfers' ? position.transfer : null],
    ...[alerts?.height ?? null, alerts?.tx ?? null, alerts?.alert ?? null],
    ...[did.transfers, did.regraded, did.created, at, position === null ? at : null, id],
  )
}

/** A stored transfer, as far as its name goes. */
export interface NamedTransfer {
  id: number
  chain: string
  asset: string
  symbol: string | null
  /** JSON. */
  tags: string
}

/** Rows of transfers of whatever chain, in order. */
export function transfersAfter(db: Db, after: number, to: number, limit: number): NamedTransfer[] {
  const { transactionId, n } = entryOf(after)
  return all<NamedTransfer>(db, transfersAfterSql, ...[transactionId, n, entryOf(to).transactionId, limit])
}

/** For the test that no scan stands behind it. */
export const transfersAfterSql = `select t.id, b.chain, a.asset || ifnull(':' || t.token, '') as asset, a.symbol,
    ifnull(t.tags, '[]') as tags
  from transfer_rows t cross join transaction_rows x on x.id = t.tx cross join transaction_blocks b on b.id = x.block
  cross join assets a on a.id = t.asset where (t.tx, t.n) > (?, ?) and t.tx <= ? order by t.tx, t.n limit ?`
const assetOfSql = `select a.asset || ifnull(':' || t.token, '') as asset
  from transfer_rows t join assets a on a.id = t.asset where t.tx = ? and t.n = ?`

export function renameTransfer(db: Db, id: number, symbol: string | null, tags: readonly Tag[]): void {
  const { transactionId, n } = entryOf(id)
  const row = one<{ asset: string }>(db, assetOfSql, transactionId, n)
  if (row === undefined) return
  const asset = putAsset(db, { asset: row.asset, symbol }, new Map())
  run(
    db,
    'update transfer_rows set asset = ?, tags = ? where tx = ? and n = ?',
    ...[asset.id, storedTags(JSON.stringify(tags)), transactionId, n],
  )
}

/** A transaction that alerts stand of. */
export interface AlertedTransaction {
  height: number
  tx: string
  blockHash: string
  /** Its row of `transactions`; `null` where none stands. */
  id: number | null
}

/** For the test that no scan stands behind it. */
export const nextAlertedSql = `select block_height as height, tx_hash as tx, block_hash as blockHash,
    (select x.id from transaction_blocks b join transaction_rows x on x.block = b.id
     where b.chain = a.chain and b.height = a.block_height and b.hash_text = a.block_hash
       and x.hash_text = a.tx_hash and x.state = 0) as id
  from alerts a where chain = ?1 and block_height >= ?2 and (block_height > ?2 or tx_hash > ?3)
    and status in ('pending', 'final') order by block_height, tx_hash limit 1`

/** The next transaction of a chain that alerts stand of, by height and hash. */
export function nextAlerted(
  db: Db,
  chain: string,
  after: { height: number; tx: string },
): AlertedTransaction | undefined {
  return one<AlertedTransaction>(db, nextAlertedSql, chain, after.height, after.tx)
}

/** An alert and its grade by all its events. */
export interface GradedAlert extends Grade {
  id: string
  transfer: string
  listId: string
  key: Key
  party: Key
  disposition: string
}

/** What the name of an asset decides of an alert. */
export interface Grade {
  level: string
  tags: readonly string[]
  symbol: string | null
  decimals: number | null
}

/** What makes the alerts that stand of a transaction, in the order of their ids. */
export function alertedEntries(
  db: Db,
  chain: string,
  { tx, height, blockHash }: AlertedTransaction,
): { id: string; listId: string; key: Key }[] {
  return all(db, alertedEntriesSql, chain, tx, height, blockHash)
}

/** For the test that no scan stands behind it. */
const alertedEntriesSql = `select a.id, a.list_id as listId, k.entry_key as key
  from alerts a join alert_keys k on k.alert_id = a.id
  where a.chain = ? and a.tx_hash = ? and a.block_height = ? and a.block_hash = ? and a.status in ('pending', 'final')
  order by a.id`

/** An alert of a transaction and its grade by all its events; `undefined` where it does not stand. */
export function gradedAlert(db: Db, id: string, { blockHash }: AlertedTransaction): GradedAlert | undefined {
  const row = one<Omit<GradedAlert, 'tags'> & { tags: string }>(db, gradedAlertSql, id, blockHash)
  return row && { ...row, tags: JSON.parse(row.tags) as string[] }
}

/** For the test that no scan stands behind it. */
const gradedAlertSql = `select a.id, a.transfer, a.list_id as listId, k.entry_key as key, k.party_key as party,
    a.disposition, a.current_level as level, a.current_tags as tags, a.current_symbol as symbol, a.current_decimals as decimals
  from alerts_current a join alert_keys k on k.alert_id = a.id
  where a.id = ? and a.block_hash = ? and a.status in ('pending', 'final')`

/** Tells an alert that it would be graded otherwise now. Its row stays as it was raised. */
export function writeGradeEvent(db: Db, alertId: string, asset: string, grade: Grade, at: string): void {
  writeEvent(db, {
    alertId,
    at,
    kind: 'regraded',
    cause: JSON.stringify([asset, grade.level, grade.tags, grade.symbol]),
    data: { asset, ...grade },
  })
}

/** An alert of before alerts had decimals. */
export function fillDecimals(db: Db, alertId: string, decimals: number): void {
  run(db, 'update alerts set decimals = ? where id = ? and decimals is null', decimals, alertId)
}
