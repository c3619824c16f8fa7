import type { MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import type { Tag } from '../../screening/level.ts'
import type { BlockRef, Direction, Party, Role, ScreenableTx, Transfer } from '../../screening/types.ts'
import type { Chain } from '../blocks/chain.ts'
import { all, type Db, one } from '../database.ts'

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

/**
 * Says which rows are stored of an inclusion of a transaction: the same as long as none was added. Looks at each of them.
 * `undefined` when its block lost.
 */
export function stateOfStored(db: Db, transactionId: number): string | undefined {
  const own = one(db, 'select own_signed from transactions where id = ? and orphaned = 0', transactionId)
  if (own === undefined) return undefined
  return JSON.stringify([
    own,
    ...[transfersStateSql, partiesStateSql].map((sql) => one(db, sql, transactionId)),
  ])
}

/** For the test that no scan stands behind them. */
export const transfersStateSql = 'select count(*), max(id) from transfers where transaction_id = ?'
export const partiesStateSql = 'select count(*), max(id) from parties where transaction_id = ?'

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
  amount: string | null
  own_key: Key
  own_address: string
  tags: string
  logs: number
}

interface PartyRow {
  id: number
  transfer_id: number | null
  direction: Direction | null
  role: Role
  key: Key
  address: string
  match_key: Key
  match_basis: MatchBasis
}

const transferColumns = 'id, transfer, direction, asset, symbol, amount, own_key, own_address, tags, logs'
const partyColumns = 'id, transfer_id, direction, role, key, address, match_key, match_basis'

/** For the test that no scan stands behind them. Thousands of rows may be of one transaction: no column that is not used. */
export const transfersSql = `select ${transferColumns} from transfers where transaction_id = ? order by id`
export const partiesSql = `select ${partyColumns} from parties where transaction_id = ? order by id`

/**
 * One stored inclusion of a transaction; `undefined` when its block lost (it comes back with its block, if it does), or it was
 * read again otherwise.
 */
export function readStoredTransaction(db: Db, id: number): StoredTransaction | undefined {
  const row = transactionRow(db, id)
  if (row === undefined) return undefined
  return assemble(row, all<TransferRow>(db, transfersSql, id), all<PartyRow>(db, partiesSql, id))
}

/** Transfers, or parties, above which a transaction is large: fewer are read and screened in some milliseconds. */
const large = 200

/** Whether reading and screening it takes long. Seeing that does not. */
export function isLarge(db: Db, id: number): boolean {
  return ['transfers', 'parties'].some((table) => {
    // Written into the statement: SQLite would plan one with a parameter there anew each time.
    const some = `select 1 from ${table} where transaction_id = ? limit ${large + 1}`
    return (one<{ n: number }>(db, `select count(*) as n from (${some})`, id)?.n ?? 0) > large
  })
}

function transactionRow(db: Db, id: number): TransactionRow | undefined {
  return one<TransactionRow>(
    db,
    `select x.*, c.caip2 from transactions x join chains c on c.id = x.chain where x.id = ? and x.orphaned = 0`,
    id,
  )
}

function assemble(
  row: TransactionRow,
  transferRows: readonly TransferRow[],
  partyRows: readonly PartyRow[],
): StoredTransaction {
  const texts = new Map<Key, string>()
  const partiesByTransfer = new Map<number | null, PartyRow[]>()
  for (const { own_key, own_address } of transferRows) texts.set(own_key, own_address)
  for (const party of partyRows) {
    texts.set(party.key, party.address)
    addTo(partiesByTransfer, party.transfer_id, party)
  }
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
      transfers: transferRows.map((each) => transferOf(each, partiesByTransfer.get(each.id) ?? [])),
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
    amount: row.amount === null ? null : BigInt(row.amount),
    own: row.own_key,
    parties: partiesFrom(parties),
    tags: JSON.parse(row.tags) as Tag[],
    logs: row.logs,
  }
}

/** Rows of one party are one party: the row of its own key, and one for each other form that was revealed. */
function partiesFrom(rows: readonly PartyRow[]): (Party & { direction?: Direction })[] {
  const parties = new Map<string, PartyRow[]>()
  for (const row of rows) addTo(parties, `${row.role} ${row.key}`, row)
  return [...parties.values()].flatMap((forms) => {
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

function addTo<Group, Item>(groups: Map<Group, Item[]>, of: Group, item: Item): void {
  const group = groups.get(of)
  if (group === undefined) groups.set(of, [item])
  else group.push(item)
}
