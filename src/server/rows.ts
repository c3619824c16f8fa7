import type { z } from 'zod'
import type { AlertEventRow, CurrentAlertRow } from '../ledger/alerts/alert-queries.ts'
import { all, type Db } from '../ledger/database.ts'
import { assetName } from '../ledger/transfers/known-assets.ts'
import {
  countParties,
  countTransfersOf,
  type PartyRow,
  readParties,
  readPartiesOf,
  readSharedParties,
  type TransferRow,
} from '../ledger/transfers/stored-rows.ts'
import type { FoundTransaction } from '../ledger/transfers/transactions-by-hash.ts'
import type { alertShape, coverageRowShape, eventShape, movementsShape, partyShape } from './shapes/alerts.ts'

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

/** Of one answer: a transaction can have tens of thousands. */
export const mostMovements = { transfers: 1_000, parties: 5_000 }

/**
 * Transfers, each with its own parties; and once for each transaction, the parties of all of it.
 *
 * @param isFirst of each transaction, which transfers come before the others: more than {@link mostMovements} are cut off.
 */
export function movementsOf(
  db: Db,
  transactions: readonly FoundTransaction[],
  isFirst: (transfer: TransferRow) => boolean = () => true,
): z.output<typeof movementsShape> {
  let [ofTransfers, shared] = [mostMovements.parties, mostMovements.parties]
  const movements: z.output<typeof movementsShape> = { transfers: [], transactions: [] }
  for (const { row, transfers } of transactions) {
    const ordered = [...transfers.filter(isFirst), ...transfers.filter((each) => !isFirst(each))]
    const shown = ordered.slice(0, mostMovements.transfers - movements.transfers.length)
    const ids = shown.map(({ id }) => id)
    const counts = countParties(db, row.id)
    // Nearly always all of them, by one look-up.
    const isFew = [...counts.values()].reduce((sum, count) => sum + count, 0) <= Math.min(ofTransfers, shared)
    const found = isFew
      ? readParties(db, row.id)
      : [...readPartiesOf(db, row.id, ids, ofTransfers), ...readSharedParties(db, row.id, shared)]
    const own = new Map<number | null, PartyRow[]>([null, ...ids].map((id) => [id, []]))
    for (const party of found) own.get(party.transfer_id)?.push(party)
    const parties = (own.get(null) ?? []).map(partyOf)
    for (const transfer of shown) {
      const rows = own.get(transfer.id) ?? []
      ofTransfers -= rows.length
      movements.transfers.push({
        ...transferOf(db, row, transfer),
        ...{ partyCount: counts.get(transfer.id) ?? 0, parties: rows.map(partyOf) },
      })
    }
    shared -= parties.length
    movements.transactions.push({
      ...blockOf(row),
      transferCount: countTransfersOf(db, row.id),
      ...{ partyCount: counts.get(null) ?? 0, parties },
    })
  }
  return movements
}

function transferOf(db: Db, row: FoundTransaction['row'], transfer: TransferRow) {
  const { direction, asset, symbol, amount, own_address, own_key } = transfer
  return {
    ...blockOf(row),
    ...{ transfer: transfer.transfer, direction, asset, symbol },
    ...{ decimals: decimalsOf(db, row.chain, asset), amount },
    ...{ ownAddress: own_address, ownReference: referenceOf(db, row.chain, own_key) },
    tags: list(transfer.tags),
  }
}

function blockOf({ chain, hash, block_height, block_hash, block_time }: FoundTransaction['row']) {
  return {
    ...{ chain, txHash: hash, blockHeight: block_height, blockHash: block_hash },
    blockTime: timeText(block_time),
  }
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

/** The readings that screened a block, or any of a range. @param after ids later than this. @param limit -1: all. */
export function coverageRows(
  db: Db,
  chain: string,
  { from, to }: { from: number; to: number },
  after = 0,
  limit = -1,
): (z.output<typeof coverageRowShape> & { id: number })[] {
  return all<{ id: number; proved: number | null }>(
    db,
    // The index begins with chain and kind; `+id` has SQLite not go through all rows instead.
    `select id, kind, from_height, to_height, level, list_revision, own_revision, proved, digest, updated_at
     from coverage where chain = ? and kind in ('follow', 'replay') and from_height <= ? and to_height >= ? and +id > ?
     order by +id limit ?`,
    ...[chain, to, from, after, limit],
  ).map((row) => ({
    ...(camel(row) as z.output<typeof coverageRowShape>),
    ...{ id: row.id, proved: row.proved === null ? null : row.proved === 1 },
  }))
}
