import { all, type Db } from '../database.ts'
import { kinds, lookupHashSql, rowBits } from './stored-form.ts'
import { readTransaction, readTransfers, type TransactionRow, type TransferRow } from './stored-rows.ts'

/** A transaction that stands in a screened block, with what it moved. */
export interface FoundTransaction {
  row: TransactionRow & { id: number }
  transfers: readonly TransferRow[]
}

/** The inclusions of a transaction that stand. @param hash as the chain writes it. */
export function transactionsByHash(db: Db, chain: string, hash: string): FoundTransaction[] {
  return all<{ id: number }>(db, byHashSql, hash, chain).flatMap(({ id }) => {
    const row = readTransaction(db, id)
    return row === undefined ? [] : [{ row: { ...row, id }, transfers: readTransfers(db, id) }]
  })
}

/** For the test that no scan stands behind it. */
const byHashSql = `select x.id from lookups l join transaction_rows x on x.id = (l.epoch << ${rowBits}) + l.row
  join transaction_blocks b on b.id = x.block
  where l.hash = ${lookupHashSql('?1')} and l.kind = ${kinds.hash} and x.hash_text = ?1 and b.chain = ?2 and x.state = 0`
