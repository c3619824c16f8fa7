import type { MatchBasis } from '../address/basis.ts'
import type { Key } from '../address/key.ts'
import type { BlockRef, Direction, Party, Role, ScreenableTx, Tag, Transfer } from '../screening/types.ts'
import type { Chain } from './chain.ts'
import { all, type Db, one } from './database.ts'

/** A transaction as the ledger keeps it, ready to be screened again. */
export interface StoredTransaction {
  /** Writes the keys of this transaction alone. */
  chain: Chain
  /** Its parent is not kept. */
  block: BlockRef
  tx: ScreenableTx
}

/** A place in the parties of a key: the row's id. */
export interface PartyHit {
  id: number
  transactionId: number
}

/**
 * Where a key next took part in a stored transaction, whichever way: an index look-up. The first row above `after`, up to
 * `to`, that is of another transaction than row `after`: one transaction may have thousands in a row.
 */
export function nextParty(
  db: Db,
  matchKey: Key,
  { after, to }: { after: number; to: number },
): PartyHit | undefined {
  return one<PartyHit>(db, nextPartySql, matchKey, after, to)
}

/** For the test that no scan stands behind it. */
export const nextPartySql = `select id, transaction_id as transactionId from parties
  where match_key = ?1 and id > ?2 and id <= ?3
    and transaction_id is not (select transaction_id from parties where id = ?2)
  order by id limit 1`

/**
 * Whether a transaction has a row above: of the same key, or of a key that was looked for before. So it has where own
 * addresses that were registered late added to it.
 *
 * @param to the last row that counts.
 */
export function hasEarlierParty(
  db: Db,
  { id, transactionId }: PartyHit,
  { matchKey, before, to }: { matchKey: Key; before: readonly Key[]; to: number },
): boolean {
  const params = [transactionId, matchKey, id, to, JSON.stringify(before)]
  return one(db, earlierPartySql, ...params) !== undefined
}

/** By transaction: a key may have millions of rows. */
export const earlierPartySql = `select 1 from parties where transaction_id = ?
  and (+match_key = ? and id < ? or id <= ? and +match_key in (select value from json_each(?))) limit 1`

/** Whether the block of an inclusion of a transaction did not lose, and no later reading stands in place of this one. */
export function stands(db: Db, transactionId: number): boolean {
  const sql = 'select 1 from transactions where id = ? and orphaned = 0'
  return one(db, sql, transactionId) !== undefined
}

interface TransactionRow {
  hash: string
  chain: string
  caip2: string
  block_height: number
  block_hash: string
  block_time: string
  own_signed: number
}

interface TransferRow {
  id: number
  transfer: string
  direction: Direction
  asset: string
  symbol: string | null
  amount: string
  own_key: Key
  own_address: string
  tags: string
}

interface PartyRow {
  transfer_id: number | null
  direction: Direction | null
  role: Role
  key: Key
  address: string
  match_key: Key
  match_basis: MatchBasis
}

/** For the test that no scan stands behind them. Thousands of rows may be of one transaction: no column that is not used. */
export const transfersSql = `select id, transfer, direction, asset, symbol, amount, own_key, own_address, tags
  from transfers where transaction_id = ? order by id`
export const partiesSql = `select transfer_id, direction, role, key, address, match_key, match_basis
  from parties where transaction_id = ? order by id`

/**
 * One stored inclusion of a transaction; `undefined` when its block lost (it comes back with its block, if it does), or it was
 * read again otherwise.
 */
export function readStoredTransaction(db: Db, id: number): StoredTransaction | undefined {
  const row = one<TransactionRow>(
    db,
    `select x.*, c.caip2 from transactions x join chains c on c.id = x.chain where x.id = ? and x.orphaned = 0`,
    id,
  )
  if (row === undefined) return undefined
  const transfers = all<TransferRow>(db, transfersSql, id)
  const parties = all<PartyRow>(db, partiesSql, id)
  const texts = new Map<Key, string>([
    ...transfers.map((transfer) => [transfer.own_key, transfer.own_address] as const),
    ...parties.map((party) => [party.key, party.address] as const),
  ])
  const partiesByTransfer = groupBy(parties, ({ transfer_id }) => transfer_id)
  return {
    chain: { id: row.chain, caip2: row.caip2, addressText: (key) => texts.get(key) ?? key },
    block: {
      height: row.block_height,
      hash: row.block_hash,
      parentHash: '',
      time: Date.parse(row.block_time) / 1000,
    },
    tx: {
      hash: row.hash,
      ownSigned: row.own_signed === 1,
      transfers: transfers.map((transfer) => transferOf(transfer, partiesByTransfer.get(transfer.id) ?? [])),
      parties: partiesFrom(partiesByTransfer.get(null) ?? []),
    },
  }
}

function transferOf(row: TransferRow, parties: readonly PartyRow[]): Transfer {
  return {
    id: row.transfer,
    direction: row.direction,
    asset: row.asset,
    symbol: row.symbol,
    amount: BigInt(row.amount),
    own: row.own_key,
    parties: partiesFrom(parties),
    tags: JSON.parse(row.tags) as Tag[],
  }
}

/** Rows of one party are one party: the row of its own key, and one for each other form that was revealed. */
function partiesFrom(rows: readonly PartyRow[]): (Party & { direction?: Direction })[] {
  return [...groupBy(rows, ({ role, key }) => `${role} ${key}`).values()].flatMap((forms) => {
    const [first] = forms
    if (first === undefined) return []
    const { key, role, direction } = first
    return [
      {
        key,
        role,
        ...(direction === null ? {} : { direction }),
        forms: forms
          .filter((form) => form.match_key !== key)
          .map((form) => ({ key: form.match_key, basis: form.match_basis })),
      },
    ]
  })
}

function groupBy<Item, Group>(items: readonly Item[], groupOf: (item: Item) => Group): Map<Group, Item[]> {
  const groups = new Map<Group, Item[]>()
  for (const item of items) {
    const group = groups.get(groupOf(item))
    if (group === undefined) groups.set(groupOf(item), [item])
    else group.push(item)
  }
  return groups
}
