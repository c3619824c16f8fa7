import type { Key } from '../../address/key.ts'
import { all, type Db, one } from '../database.ts'
import { entryId, entryOf } from './stored-form.ts'
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
  const ids = idsBelow(db, filter.keys, transactionId)
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
  const last = ids.at(-1)
  return { found, next: ids.length === mostLookedAt && last !== undefined ? entryId(last, 0) : null }
}

/** Transactions up to this one, the newest first. */
function idsBelow(db: Db, keys: readonly Key[] | null, upTo: number): number[] {
  const rows =
    keys === null
      ? all<{ id: number }>(
          db,
          'select id from transaction_rows where id <= ? order by id desc limit ?',
          ...[upTo, mostLookedAt],
        )
      : all<{ id: number }>(
          db,
          `select distinct t.transaction_id as id from json_each(?1) k cross join transfers t on t.own_key = k.value
           where t.transaction_id <= ?2 order by id desc limit ?3`,
          ...[JSON.stringify(keys), upTo, mostLookedAt],
        )
  return rows.map(({ id }) => id)
}

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
