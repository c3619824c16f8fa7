import { caip2Of } from '../blocks/chain.ts'
import { all, type Db, one } from '../database.ts'
import { removalsOn } from '../own/remove-own.ts'
import type { FoundTransaction } from '../transfers/transactions-by-hash.ts'
import { ownRevisionAt } from './ranges.ts'

const reasonSql = `what || ': ' || reason as reason`

/** Whether the ledger knows a transaction by what it could not screen of it. */
export function hasGapOfItsOwn(db: Db, chain: string, txHash: string): boolean {
  const sql = 'select 1 from unscreened where tx_hash = ? and chain = ? and closed_at is null'
  return one(db, sql, txHash, chain) !== undefined
}

/** What was not screened of a transaction, or of its whole block: a sentence each. */
export function gapsOfTransaction(
  db: Db,
  chain: string,
  txHash: string,
  inclusions: readonly FoundTransaction[],
): string[] {
  const own = all<{ reason: string }>(
    db,
    `select ${reasonSql} from unscreened where tx_hash = ? and chain = ? and closed_at is null order by id`,
    ...[txHash, chain],
  )
  return [
    ...own.map(({ reason }) => reason),
    ...inclusions.flatMap(({ row }) => gapsOfBlock(db, chain, row.block_height)),
  ].slice(0, 10)
}

function gapsOfBlock(db: Db, chain: string, height: number): string[] {
  const gaps = all<{ reason: string }>(
    db,
    `select ${reasonSql} from unscreened where chain = ?1 and from_height <= ?2 and to_height >= ?2
       and tx_hash is null and closed_at is null order by id`,
    ...[chain, height],
  )
  const ownRevision = ownRevisionAt(db, chain, height)
  if (ownRevision === null) return [`block ${height} is not in the record of what was screened`]
  const misread = removalsOn(db, { id: chain, caip2: caip2Of(db, chain) }).some(
    ({ addedRevision, revision }) => addedRevision <= ownRevision && ownRevision < revision,
  )
  return [
    ...gaps.map(({ reason }) => reason),
    ...(misread ? ['an address was screened as own in its block, and was removed since'] : []),
  ]
}
