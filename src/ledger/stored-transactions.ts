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

/** Where a key took part in stored transactions, whichever way: an index look-up. Rows above `after` up to `to`, in order. */
export function partiesOf(
  db: Db,
  matchKey: Key,
  range: { after: number; to: number; limit: number },
): PartyHit[] {
  return all<PartyHit>(db, partiesOfSql, matchKey, range.after, range.to, range.limit)
}

/** For the test that no scan stands behind it. */
export const partiesOfSql = `select id, transaction_id as transactionId from parties
  where match_key = ? and id > ? and id <= ? order by id limit ?`

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

/** One stored inclusion of a transaction; `undefined` when its block lost: it comes back with its block, if it does. */
export function readStoredTransaction(db: Db, id: number): StoredTransaction | undefined {
  const row = one<TransactionRow>(
    db,
    `select x.*, c.caip2 from transactions x join chains c on c.id = x.chain where x.id = ? and x.orphaned = 0`,
    id,
  )
  if (row === undefined) return undefined
  const transfers = all<TransferRow>(db, 'select * from transfers where transaction_id = ? order by id', id)
  const parties = all<PartyRow>(db, 'select * from parties where transaction_id = ? order by id', id)
  const texts = new Map<Key, string>([
    ...transfers.map((each) => [each.own_key, each.own_address] as const),
    ...parties.map((each) => [each.key, each.address] as const),
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
      transfers: transfers.map((each) => transferOf(each, partiesByTransfer.get(each.id) ?? [])),
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
