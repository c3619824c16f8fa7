import { all, type Db, run } from '../database.ts'

/** The last look at a chain's mempool. */
export interface MempoolState {
  chain: string
  lookedAt: string
  /** `null` where it could not be read. */
  transactions: number | null
  /** Of them not screened yet; tried again with the next look. */
  unread: number | null
  /** Why it could not be read; `null` where it was. */
  trouble: string | null
}

/** A look that found nothing new is written down this often. */
const quietMs = 60_000

/** Writes down what the last look saw, unless nearly the same stands there already. */
export function noteMempool(db: Db, state: MempoolState): void {
  const last = readMempools(db, state.chain)[0]
  const same = last !== undefined && last.unread === state.unread && last.trouble === state.trouble
  if (same && Date.parse(state.lookedAt) - Date.parse(last.lookedAt) < quietMs) return
  run(
    db,
    `insert into mempools (chain, looked_at, transactions, unread, trouble) values (?, ?, ?, ?, ?)
     on conflict do update set looked_at = excluded.looked_at, transactions = excluded.transactions,
       unread = excluded.unread, trouble = excluded.trouble`,
    ...[state.chain, state.lookedAt, state.transactions, state.unread, state.trouble],
  )
}

/** @param chain every chain where not given. */
export function readMempools(db: Db, chain?: string): MempoolState[] {
  return all<MempoolState>(
    db,
    `select chain, looked_at as lookedAt, transactions, unread, trouble from mempools
     where chain = ifnull(?, chain) order by chain`,
    chain ?? null,
  )
}
