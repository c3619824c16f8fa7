import type { ScreenableTx } from '../../screening/types.ts'
import { all, type Db } from '../database.ts'

/** What is stored of one block, a line each, in an order of its own: two readings of a block can be compared. */
export function storedMovements(db: Db, chain: string, blockHash: string): string[] {
  const transfers = all<Record<string, string>>(
    db,
    `select x.hash, t.transfer, t.direction, t.asset, t.amount, t.own_key
     from transfers t join transactions x on x.id = t.transaction_id
     where x.chain = ? and x.block_hash = ? and x.orphaned = 0`,
    ...[chain, blockHash],
  )
  const parties = all<Record<string, string>>(
    db,
    `select x.hash, ifnull(t.transfer, '') as transfer, p.role, p.key, p.match_key
     from parties p join transactions x on x.id = p.transaction_id left join transfers t on t.id = p.transfer_id
     where x.chain = ? and x.block_hash = ? and x.orphaned = 0`,
    ...[chain, blockHash],
  )
  return [...transfers, ...parties].map((row) => Object.values(row).join(' ')).sort()
}

/** The same lines, of transactions that were just extracted. */
export function extractedMovements(transactions: readonly ScreenableTx[]): string[] {
  const lines = new Set<string>()
  for (const { hash, transfers, parties } of transactions) {
    for (const { id, direction, asset, amount, own, parties: ofTransfer } of transfers) {
      lines.add([hash, id, direction, asset, amount, own].join(' '))
      for (const party of ofTransfer) addParty(lines, hash, id, party)
    }
    for (const party of parties) addParty(lines, hash, '', party)
  }
  return [...lines].sort()
}

/** Those of the lines that a reading has only where a list names somebody at that time. */
export function listedMovements(transactions: readonly ScreenableTx[]): ReadonlySet<string> {
  const lines = new Set<string>()
  for (const { hash, beyond = [] } of transactions)
    for (const key of beyond) addParty(lines, hash, '', { role: 'named', key })
  return lines
}

function addParty(
  lines: Set<string>,
  hash: string,
  transfer: string,
  { role, key, forms }: ScreenableTx['parties'][number],
): void {
  for (const matchKey of [key, ...(forms ?? []).map((form) => form.key)]) {
    lines.add([hash, transfer, role, key, matchKey].join(' '))
  }
}
