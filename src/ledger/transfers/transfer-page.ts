import type { Key } from '../../address/key.ts'
import { all, type Db, one } from '../database.ts'
import { entryId, entryOf, kinds, lookupHashSql, placeOf, rowsOfEpoch } from './stored-form.ts'
import { readTransaction, readTransfers, type TransactionRow, type TransferRow } from './stored-rows.ts'
import type { FoundTransaction } from './transactions-by-hash.ts'

/** What to look for. Everything given must hold. */
export interface TransferFilter {
  chain?: string | undefined
  direction?: string | undefined
  /** Own addresses; `null`: all. */
  keys: readonly Key[] | null
  /** Block times, ISO-8601: at or after, before. */
  since?: string | undefined
  until?: string | undefined
}

/** So many transactions are looked at for one page: the next page goes on where it ended. */
const mostLookedAt = 5_000

/** And so many look-ups, one for each key and epoch: of the next epochs, the next page. */
const mostLookUps = 20_000

/**
 * Stored deposits and withdrawals that stand, the newest stored first: of each transaction, those that were found.
 *
 * @param before ids of transfers lower than this; `null`: from the newest.
 * @returns `next` is where the next page begins; `null` at the end. A page may be short, or empty, before the end.
 */
export function transferPage(
  db: Db,
  filter: TransferFilter,
  before: number | null,
  limit: number,
): { found: FoundTransaction[]; next: number | null } {
  const found: FoundTransaction[] = []
  let count = 0
  const start =
    before ??
    entryId((one<{ id: number | null }>(db, 'select max(id) as id from transaction_rows')?.id ?? 0) + 1, 0)
  const { transactionId } = entryOf(start)
  const { ids, next } = idsBelow(db, filter.keys, transactionId)
  for (const id of ids) {
    const row = readTransaction(db, id)
    if (row === undefined || !fits(row, filter)) continue
    const transfers = readTransfers(db, id)
      .reverse()
      .filter((transfer) => transfer.id < start && matches(transfer, filter))
    const shown = transfers.slice(0, limit - count)
    if (shown.length > 0) found.push({ row: { ...row, id }, transfers: shown })
    count += shown.length
    if (shown.length < transfers.length) return { found, next: found.at(-1)?.transfers.at(-1)?.id ?? null }
  }
  return { found, next: next === null ? null : entryId(next, 0) }
}

interface SomeTransactions {
  /** The newest first. */
  ids: number[]
  /** Those below it were not looked at; `null`: there are none. */
  next: number | null
}

/** Transactions up to this one, the newest first: so many as one page looks at. */
function idsBelow(db: Db, keys: readonly Key[] | null, upTo: number): SomeTransactions {
  if (keys !== null) return keys.length === 0 ? { ids: [], next: null } : idsOfKeys(db, keys, upTo)
  const rows = all<{ id: number }>(
    db,
    'select id from transaction_rows where id <= ? order by id desc limit ?',
    ...[upTo, mostLookedAt],
  )
  return {
    ids: rows.map(({ id }) => id),
    next: rows.length < mostLookedAt ? null : (rows.at(-1)?.id ?? null),
  }
}

/** Epoch after epoch, each by a few look-ups for each key. What another key led to is found out later. */
function idsOfKeys(db: Db, keys: readonly Key[], upTo: number): SomeTransactions {
  const ids: number[] = []
  const hashes = JSON.stringify(keys)
  let lookUps = 0
  for (let { epoch, row } = placeOf(upTo); epoch >= 0; epoch--, row = rowsOfEpoch) {
    if (lookUps > mostLookUps) return { ids, next: epoch * rowsOfEpoch + row }
    lookUps += keys.length
    const rows = all<{ row: number }>(db, ownIdsSql, hashes, epoch, row, mostLookedAt - ids.length)
    for (const found of rows) ids.push(epoch * rowsOfEpoch + found.row)
    if (ids.length === mostLookedAt) return { ids, next: ids.at(-1) ?? null }
  }
  return { ids, next: null }
}

const ownIdsSql = `select distinct l.row from json_each(?1) k
  cross join lookups l on l.epoch = ?2 and l.hash = ${lookupHashSql('k.value')} and l.kind = ${kinds.ownKey}
  where l.row <= ?3 order by l.row desc limit ?4`

function fits({ chain, block_time }: TransactionRow, filter: TransferFilter): boolean {
  if (filter.chain !== undefined && filter.chain !== chain) return false
  const time = typeof block_time === 'number' ? new Date(block_time * 1000).toISOString() : block_time
  return (
    (filter.since === undefined || time >= filter.since) &&
    (filter.until === undefined || time < filter.until)
  )
}

function matches({ direction, own_key }: TransferRow, filter: TransferFilter): boolean {
  return (
    (filter.direction === undefined || filter.direction === direction) &&
    (filter.keys === null || filter.keys.includes(own_key))
  )
}
