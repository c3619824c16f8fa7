import { type Db, one } from '../database.ts'

/** Deposits and withdrawals in blocks that did not lose. */
export function countTransfers(db: Db): number {
  const row = one<{ n: number }>(
    db,
    'select count(*) as n from transfers t join transactions x on x.id = t.transaction_id where x.orphaned = 0',
  )
  return row?.n ?? 0
}
