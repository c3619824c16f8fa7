import type { MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import type { Direction, Role } from '../../screening/types.ts'
import { all, type Db, one } from '../database.ts'
import {
  addressOf,
  basisOf,
  directionOf,
  entryId,
  entryOf,
  keyOf,
  roleOf,
  type Stored,
} from './stored-form.ts'

/** An inclusion of a transaction, in words of the view `transactions`. */
export interface TransactionRow {
  hash: string
  chain: string
  caip2: string
  block_height: number
  block_hash: string
  /** Unix seconds; text where it is no time to the second. */
  block_time: number | string
  own_signed: number
}

/** The same of the view `transfers`. */
export interface TransferRow {
  id: number
  transfer: string
  direction: Direction
  asset: string
  symbol: string | null
  amount: string | null
  own_key: Key
  own_address: string
  /** JSON. */
  tags: string
  logs: number
}

/** The same of the view `parties`. */
export interface PartyRow {
  id: number
  transfer_id: number | null
  direction: Direction | null
  role: Role
  key: Key
  address: string
  match_key: Key
  match_basis: MatchBasis
}

/** @returns `undefined` where its block was reorged out, or a rescan superseded it. */
export function readTransaction(db: Db, id: number): TransactionRow | undefined {
  return one<TransactionRow>(db, transactionSql, id)
}

/** For the test that no scan stands behind them. */
export const transactionSql = `select x.hash_text as hash, b.chain, c.caip2, b.height as block_height, b.hash_text as block_hash,
    b.time as block_time, x.own_signed
  from transaction_rows x join transaction_blocks b on b.id = x.block join chains c on c.id = b.chain
  where x.id = ? and x.state = 0`
export const transfersSql = `select t.n, t.transfer, t.direction, a.asset || ifnull(':' || t.token, '') as asset, a.symbol,
    cast(t.amount as text) as amount, t.own, t.own_address, ifnull(t.tags, '[]') as tags, ifnull(t.logs, 1) as logs
  from transfer_rows t cross join assets a on a.id = t.asset where t.tx = ? order by t.n`
const partyColumns = 'n, transfer, direction, role, party, address, match, basis'
export const partiesSql = `select ${partyColumns} from party_rows where tx = ? order by n`

interface StoredTransfer
  extends Pick<TransferRow, 'transfer' | 'asset' | 'symbol' | 'amount' | 'tags' | 'logs'> {
  n: number
  direction: number
  own: Buffer | string
  own_address: string | null
}

/** The transfers of a transaction, in the order in which they were stored. */
export function readTransfers(db: Db, transactionId: number): TransferRow[] {
  return all<StoredTransfer>(db, transfersSql, transactionId).map(({ n, own, ...row }) => ({
    ...row,
    id: entryId(transactionId, n),
    direction: directionOf(row.direction),
    own_key: keyOf(own),
    own_address: addressOf(own, row.own_address),
  }))
}

interface StoredParty {
  n: number
  transfer: number | null
  direction: number | null
  role: Stored
  party: Buffer | string
  address: string | null
  match: Buffer | string | null
  basis: Stored
}

/** The parties of a transaction, in the order in which they were stored. */
export function readParties(db: Db, transactionId: number): PartyRow[] {
  return all<StoredParty>(db, partiesSql, transactionId).map((row) => partyOf(transactionId, row))
}

/** The parties of some transfers of a transaction, so many of them at most, in the same order. @param ids of the transfers. */
export function readPartiesOf(
  db: Db,
  transactionId: number,
  ids: readonly number[],
  most: number,
): PartyRow[] {
  const numbers = JSON.stringify(ids.map((id) => entryOf(id).n))
  const rows = all<StoredParty>(
    db,
    `select ${partyColumns} from party_rows where tx = ? and transfer in (select value from json_each(?)) order by n limit ?`,
    ...[transactionId, numbers, most],
  )
  return rows.map((row) => partyOf(transactionId, row))
}

/** Those of the whole transaction alone. */
export function readSharedParties(db: Db, transactionId: number, most: number): PartyRow[] {
  const rows = all<StoredParty>(
    db,
    `select ${partyColumns} from party_rows where tx = ? and transfer is null order by n limit ?`,
    ...[transactionId, most],
  )
  return rows.map((row) => partyOf(transactionId, row))
}

/** How many parties each transfer of a transaction has, by its id; by `null`, how many the whole transaction. */
export function countParties(db: Db, transactionId: number): Map<number | null, number> {
  const sql = 'select transfer, count(*) as parties from party_rows where tx = ? group by transfer'
  const rows = all<{ transfer: number | null; parties: number }>(db, sql, transactionId)
  return new Map(
    rows.map(({ transfer, parties }) => [
      transfer === null ? null : entryId(transactionId, transfer),
      parties,
    ]),
  )
}

export function countTransfersOf(db: Db, transactionId: number): number {
  const sql = 'select count(*) as transfers from transfer_rows where tx = ?'
  return one<{ transfers: number }>(db, sql, transactionId)?.transfers ?? 0
}

function partyOf(transactionId: number, row: StoredParty): PartyRow {
  const { transfer, direction, party, match } = row
  const key = keyOf(party)
  return {
    id: entryId(transactionId, row.n),
    transfer_id: transfer === null ? null : entryId(transactionId, transfer),
    direction: direction === null ? null : directionOf(direction),
    role: roleOf(row.role),
    key,
    address: addressOf(party, row.address),
    match_key: match === null ? key : keyOf(match),
    match_basis: basisOf(row.basis),
  }
}
