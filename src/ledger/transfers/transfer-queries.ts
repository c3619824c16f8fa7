import { type Db, one } from '../database.ts'

/** Deposits and withdrawals in blocks that did not lose. */
export function countTransfers(db: Db): number {
  const row = one<{ n: number }>(
    db,
    'select count(*) as n from transfer_rows t join transaction_rows x on x.id = t.tx where x.state = 0',
  )
  return row?.n ?? 0
}
