import type { ScreenableTx } from '../../screening/types.ts'
import { all, type Db } from '../database.ts'
import { roleOf, type Stored, storedHash } from './stored-form.ts'

const blocksSql = '(select id from transaction_blocks where chain = ? and hash = ?)'

/** What is stored of one block, a line each, in an order of its own: two readings of a block can be compared. */
export function storedMovements(db: Db, chain: string, blockHash: string): string[] {
  const { hash } = storedHash(blockHash)
  const transfers = all<Record<string, Stored>>(
    db,
    `select x.hash_text, t.transfer, iif(t.direction, 'withdrawal', 'deposit'), a.asset || ifnull(':' || t.token, ''),
       cast(t.amount as text), t.own_key
     from transaction_rows x join transfer_rows t on t.tx = x.id join assets a on a.id = t.asset
     where x.block in ${blocksSql} and x.state = 0`,
    ...[chain, hash],
  )
  const parties = all<Record<string, Stored>>(
    db,
    `select x.hash_text, ifnull(t.transfer, '') as transfer, p.role, p.key, p.match_key
     from transaction_rows x join party_rows p on p.tx = x.id left join transfer_rows t on t.tx = p.tx and t.n = p.transfer
     where x.block in ${blocksSql} and x.state = 0`,
    ...[chain, hash],
  ).map((row) => ({ ...row, role: roleOf(row.role ?? null) }))
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
  { role, key, variants }: ScreenableTx['parties'][number],
): void {
  for (const matchKey of [key, ...(variants ?? []).map((variant) => variant.key)]) {
    lines.add([hash, transfer, role, key, matchKey].join(' '))
  }
}
