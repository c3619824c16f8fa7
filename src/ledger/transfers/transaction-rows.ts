import type { Direction, Transfer } from '../../screening/types.ts'
import { all, type Db, run } from '../database.ts'
import { type Lookup, putAsset } from './stored-block.ts'
import {
  kinds,
  roleOf,
  type Stored,
  storedAddress,
  storedAmount,
  storedBasis,
  storedDirection,
  storedHash,
  storedKey,
  storedRole,
  storedTags,
} from './stored-form.ts'

/** What one inclusion of a transaction has so far. */
export interface TransactionRows {
  id: number
  /** The number of each transfer. */
  transfers: Map<string, number>
  /** See {@link partyName}. */
  parties: Set<string>
  nextParty: number
  /** What it is to be found by from now on: {@link putLookups} writes them. */
  lookups: Lookup[]
}

/** @param row.block the id of its row. */
export function insertTransaction(
  db: Db,
  row: { id?: number; block: number; hash: string; ownSigned: boolean; state: number },
): TransactionRows {
  const { hash, prefixed } = storedHash(row.hash)
  const { id } = run(
    db,
    'insert into transaction_rows (id, block, hash, prefixed, own_signed, state) values (?, ?, ?, ?, ?, ?)',
    row.id ?? null,
    row.block,
    hash,
    prefixed,
    row.ownSigned ? 1 : 0,
    row.state,
  )
  const lookups = [{ kind: kinds.hash, text: row.hash }]
  return { id, transfers: new Map(), parties: new Set(), nextParty: 0, lookups }
}

/** What is stored of one, to add to it. */
export function readRows(db: Db, id: number): TransactionRows {
  const transfers = all<{ transfer: string; n: number }>(
    db,
    'select transfer, n from transfer_rows where tx = ?',
    id,
  )
  const parties = all<{ n: number; transfer: number | null; role: Stored; key: string; match_key: string }>(
    db,
    'select n, transfer, role, key, match_key from party_rows where tx = ? order by n',
    id,
  )
  return {
    id,
    transfers: new Map(transfers.map(({ transfer, n }) => [transfer, n])),
    parties: new Set(
      parties.map((each) => partyName({ ...each, role: roleOf(each.role), matchKey: each.match_key })),
    ),
    nextParty: (parties.at(-1)?.n ?? -1) + 1,
    lookups: [],
  }
}

/** A transfer in the words of the view `transfers`. */
export interface TransferFacts extends Pick<Transfer, 'id' | 'direction' | 'asset' | 'symbol'> {
  amount: string | null
  own: string
  ownAddress: string
  /** JSON. */
  tags: string
  logs: number
}

/**
 * One reading of a block folds transfers of unknown assets that another stores one by one, since other own addresses are known. What
 * is stored stays, so a transfer stands for no more than in the reading where it stood for fewer: the rest have rows of their own.
 */
const fewerLogs = 'nullif(min(ifnull(transfer_rows.logs, 1), ifnull(excluded.logs, 1)), 1)'

/** Writes a transfer, in place of one with the same id. @returns its number. */
export function putTransfer(
  db: Db,
  rows: TransactionRows,
  transfer: TransferFacts,
  assets: Map<string, number>,
): number {
  const { id: asset, token } = putAsset(db, transfer, assets)
  const own = storedAddress(transfer.own, transfer.ownAddress)
  const n = rows.transfers.get(transfer.id) ?? rows.transfers.size
  run(
    db,
    `insert into transfer_rows (tx, n, transfer, direction, asset, token, amount, own, own_address, tags, logs)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set direction = excluded.direction,
       asset = excluded.asset, token = excluded.token, amount = excluded.amount, own = excluded.own,
       own_address = excluded.own_address, tags = excluded.tags, logs = ${transfer.tags.includes('unknown-asset') ? fewerLogs : 'excluded.logs'}`,
    rows.id,
    n,
    transfer.id,
    storedDirection(transfer.direction),
    asset,
    token,
    storedAmount(transfer.amount),
    own.key,
    own.address,
    storedTags(transfer.tags),
    transfer.logs === 1 ? null : transfer.logs,
  )
  rows.transfers.set(transfer.id, n)
  rows.lookups.push({ kind: kinds.ownKey, text: transfer.own })
  return n
}

/** A row of parties, in the words of the view `parties`. */
export interface PartyFacts {
  /** The number of its transfer; `null`: a party of the whole transaction. */
  transfer: number | null
  direction: Direction | null
  role: string
  key: string
  address: string
  matchKey: string
  basis: string
}

/** Twice is once. */
export function putParty(db: Db, rows: TransactionRows, party: PartyFacts): void {
  const name = partyName(party)
  if (rows.parties.has(name)) return
  rows.parties.add(name)
  const { key, address } = storedAddress(party.key, party.address)
  run(
    db,
    `insert into party_rows (tx, n, transfer, direction, role, party, address, match, basis)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    rows.id,
    rows.nextParty++,
    party.transfer,
    storedDirection(party.direction),
    storedRole(party.role),
    key,
    address,
    party.matchKey === party.key ? null : storedKey(party.matchKey),
    storedBasis(party.basis),
  )
  rows.lookups.push({ kind: kinds.matchKey, text: party.matchKey })
}

/** What makes two rows of a transaction one. */
function partyName({
  transfer,
  role,
  key,
  matchKey,
}: Omit<PartyFacts, 'direction' | 'address' | 'basis'>): string {
  return `${transfer ?? ''} ${role} ${key} ${matchKey}`
}
