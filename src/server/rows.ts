import type { z } from 'zod'
import type { AlertEventRow, CurrentAlertRow } from '../ledger/alerts/alert-queries.ts'
import { all, type Db } from '../ledger/database.ts'
import { assetName } from '../ledger/transfers/known-assets.ts'
import type { PartyRow } from '../ledger/transfers/stored-rows.ts'
import type { FoundTransaction } from '../ledger/transfers/transactions-by-hash.ts'
import type { alertShape, coverageRowShape, eventShape, partyShape, transferShape } from './shapes/alerts.ts'

/** `snake_case` columns as `camelCase` members. */
function camel(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelName(name), value]))
}

export function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const list = (json: string | null) => (json === null ? [] : (JSON.parse(json) as string[]))

export function alertOf(row: CurrentAlertRow): z.output<typeof alertShape> {
  return {
    ...(camel(row) as z.output<typeof alertShape>),
    tags: list(row.tags),
    currentTags: list(row.current_tags),
    programs: list(row.programs),
    subjectIds: list(row.subject_ids),
    entryInForce: row.entry_in_force === 1,
  }
}

export function eventOf({ data, ...row }: AlertEventRow): z.output<typeof eventShape> {
  return { ...row, data: data === null ? null : (JSON.parse(data) as unknown) }
}

/** The transfers of a transaction, each with those who took part in it, and in all of it. */
export function transfersOf(
  db: Db,
  { row, transfers, parties }: FoundTransaction,
): z.output<typeof transferShape>[] {
  return transfers.map((transfer) => ({
    ...{ chain: row.chain, txHash: row.hash, blockHeight: row.block_height, blockHash: row.block_hash },
    blockTime: timeText(row.block_time),
    ...{
      transfer: transfer.transfer,
      direction: transfer.direction,
      asset: transfer.asset,
      symbol: transfer.symbol,
    },
    ...{ decimals: decimalsOf(db, row.chain, transfer.asset), amount: transfer.amount },
    ...{ ownAddress: transfer.own_address, ownReference: referenceOf(db, row.chain, transfer.own_key) },
    tags: list(transfer.tags),
    parties: parties
      .filter(({ transfer_id, direction }) =>
        transfer_id === null
          ? direction === null || direction === transfer.direction
          : transfer_id === transfer.id,
      )
      .map(partyOf),
  }))
}

function partyOf({
  role,
  address,
  key,
  direction,
  match_key,
  match_basis,
}: PartyRow): z.output<typeof partyShape> {
  return { role, address, key, direction, matchKey: match_key, matchBasis: match_basis }
}

function timeText(time: number | string): string {
  return typeof time === 'number' ? new Date(time * 1000).toISOString().replace('.000Z', 'Z') : time
}

function decimalsOf(db: Db, chain: string, asset: string): number | null {
  const sql = 'select decimals from known_assets where chain = ? and asset = ?'
  return all<{ decimals: number | null }>(db, sql, chain, assetName(asset))[0]?.decimals ?? null
}

function referenceOf(db: Db, chain: string, key: string): string | null {
  const sql = `select reference from own_addresses where key = ? and chain in ('', ?)
    order by removed_at is not null, chain desc limit 1`
  return all<{ reference: string | null }>(db, sql, key, chain)[0]?.reference ?? null
}

/** The readings that screened a block, or any of a range. */
export function coverageRows(
  db: Db,
  chain: string,
  { from, to }: { from: number; to: number },
): z.output<typeof coverageRowShape>[] {
  return all<{ proved: number | null }>(
    db,
    `select kind, from_height, to_height, level, list_revision, own_revision, proved, digest, updated_at
     from coverage where chain = ? and from_height <= ? and to_height >= ? order by id limit 10000`,
    ...[chain, to, from],
  ).map((row) => ({
    ...(camel(row) as z.output<typeof coverageRowShape>),
    proved: row.proved === null ? null : row.proved === 1,
  }))
}
