import type { Key } from '../../address/key.ts'
import type { Tag } from '../../screening/level.ts'
import type { BlockRef, Direction, Party, ScreenableTx, Transfer } from '../../screening/types.ts'
import type { Chain } from '../blocks/chain.ts'
import { type Db, one } from '../database.ts'
import { entryBits, entryOf, kinds, lookupHashSql, rowBits } from './stored-form.ts'
import {
  type PartyRow,
  readParties,
  readTransaction,
  readTransfers,
  type TransactionRow,
  type TransferRow,
} from './stored-rows.ts'

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
  return one<PartyHit>(db, nextPartySql, matchKey, entryOf(after).transactionId, entryOf(to).transactionId)
}

/**
 * Epoch after epoch, so that the first row is the next one (https://www.sqlite.org/lang_with.html: without ORDER BY the queue is first in,
 * first out). Of a transaction with more rows than an id counts, the id is its last one, so that the next transaction is not passed over.
 * For the test that no scan stands behind it.
 */
export const nextPartySql = `with recursive epochs (epoch) as (
    select ?2 >> ${rowBits}
    union all select epoch + 1 from epochs where epoch < min(?3 >> ${rowBits}, (select max(epoch) from lookups)))
  select (p.tx << ${entryBits}) + min(p.n, ${2 ** entryBits - 1}) as id, p.tx as transactionId from epochs e
  cross join lookups l on l.epoch = e.epoch and l.hash = ${lookupHashSql('?1')} and l.kind = ${kinds.matchKey}
    and l.row > iif(e.epoch = ?2 >> ${rowBits}, ?2 % ${2 ** rowBits}, -1)
  cross join party_rows p on p.tx = (l.epoch << ${rowBits}) + l.row and p.match_key = ?1
  where p.tx <= ?3 limit 1`

/** The last row that is stored, for jobs over all that is there when they are written down. */
export const lastPartySql = 'ifnull((select id from party_rows order by tx desc, n desc limit 1), 0)'
export const lastTransferSql = 'ifnull((select id from transfer_rows order by tx desc, n desc limit 1), 0)'

/** Whether a block that was not reorged out has a transaction. Asks each epoch. */
export function isStored(db: Db, chain: string, hash: string): boolean {
  return one(db, storedHashSql, hash, chain) !== undefined
}

/** For the test that no scan stands behind it. */
export const storedHashSql = `select 1 from lookups l join transaction_rows x on x.id = (l.epoch << ${rowBits}) + l.row
  join transaction_blocks b on b.id = x.block
  where l.hash = ${lookupHashSql('?1')} and l.kind = ${kinds.hash} and x.hash_text = ?1 and b.chain = ?2 and x.state = 0 limit 1`

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
export const earlierPartySql = `select 1 from party_rows where tx = ?
  and (+match_key = ? and id < ? or id <= ? and +match_key in (select value from json_each(?))) limit 1`

/**
 * Says which rows are stored of an inclusion of a transaction: the same as long as none was added. Looks at each of them.
 * `undefined` when its block lost.
 */
export function stateOfStored(db: Db, transactionId: number): string | undefined {
  const own = one(db, 'select own_signed from transaction_rows where id = ? and state = 0', transactionId)
  if (own === undefined) return undefined
  return JSON.stringify([
    own,
    ...[transfersStateSql, partiesStateSql].map((sql) => one(db, sql, transactionId)),
  ])
}

/** For the test that no scan stands behind them. */
export const transfersStateSql = 'select count(*), max(n) from transfer_rows where tx = ?'
export const partiesStateSql = 'select count(*), max(n) from party_rows where tx = ?'

/**
 * One stored inclusion of a transaction; `undefined` when its block lost (it comes back with its block, if it does), or it was
 * read again otherwise.
 */
export function readStoredTransaction(db: Db, id: number): StoredTransaction | undefined {
  const row = readTransaction(db, id)
  if (row === undefined) return undefined
  return assemble(row, readTransfers(db, id), readParties(db, id))
}

/** Transfers, or parties, above which a transaction is large: fewer are read and screened in some milliseconds. */
const large = 200

/** Whether reading and screening it takes long. Seeing that does not. */
export function isLarge(db: Db, id: number): boolean {
  return ['transfer_rows', 'party_rows'].some((table) => {
    // Written into the statement: SQLite would plan one with a parameter there anew each time.
    const some = `select 1 from ${table} where tx = ? limit ${large + 1}`
    return (one<{ n: number }>(db, `select count(*) as n from (${some})`, id)?.n ?? 0) > large
  })
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
      time: typeof row.block_time === 'number' ? row.block_time : Date.parse(row.block_time) / 1000,
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

/** Rows of one party are one party: the row of its own key, and one for each other variant that was revealed. */
function partiesFrom(rows: readonly PartyRow[]): (Party & { direction?: Direction })[] {
  const parties = new Map<string, PartyRow[]>()
  for (const row of rows) addTo(parties, `${row.role} ${row.key}`, row)
  return [...parties.values()].flatMap((variants) => {
    const [first] = variants
    if (first === undefined) return []
    const { key, role, direction } = first
    return [
      {
        key,
        role,
        ...(direction === null ? {} : { direction }),
        variants: variants
          .filter((variant) => variant.match_key !== key)
          .map((variant) => ({ key: variant.match_key, basis: variant.match_basis })),
      },
    ]
  })
}

function addTo<Group, Item>(groups: Map<Group, Item[]>, of: Group, item: Item): void {
  const group = groups.get(of)
  if (group === undefined) groups.set(of, [item])
  else group.push(item)
}
