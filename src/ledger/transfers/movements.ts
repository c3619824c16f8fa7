import type { Party, ScreenableTx, Transfer } from '../../screening/types.ts'
import type { Chain } from '../blocks/chain.ts'
import { type ReadBlock, setMisreadAside } from '../blocks/superseded.ts'
import { type Db, run } from '../database.ts'
import { putBlock, putLookups, type StoredBlock } from './stored-block.ts'
import {
  insertTransaction,
  putParty,
  putTransfer,
  readRows,
  type TransactionRows,
} from './transaction-rows.ts'

/**
 * Writes what a transaction moved, and who took part, inside a transaction of the database. The same transaction in
 * the same block again changes nothing, unless other own addresses are known now: then what is new is added; and where one
 * of them had been taken for another's, or another's for one of them, this reading stands in place of the former one.
 *
 * @param stored what the block has already.
 * @param how.weaker an earlier reading of the block saw more: what it says of a transfer stands.
 * @param how.at now, ISO-8601.
 */
export function writeMovements(
  db: Db,
  chain: Chain,
  block: ReadBlock,
  stored: StoredBlock,
  tx: ScreenableTx,
  { weaker, at }: { weaker: boolean; at: string },
): void {
  const rows = rowsToAddTo(db, chain, block, stored, tx, at)
  for (const transfer of tx.transfers) {
    const n = writeTransfer(db, chain, rows, transfer, stored, weaker)
    for (const party of transfer.parties) writeParty(db, chain, rows, n, party)
  }
  for (const party of tx.parties) writeParty(db, chain, rows, null, party)
  putLookups(db, rows.id, rows.lookups)
}

function rowsToAddTo(
  db: Db,
  chain: Chain,
  block: ReadBlock,
  stored: StoredBlock,
  tx: ScreenableTx,
  at: string,
): TransactionRows {
  const reading = stored.readings.get(tx.hash)
  if (reading !== undefined && !setMisreadAside(db, chain, block, reading, tx, at)) {
    run(
      db,
      'update transaction_rows set state = 0, own_signed = max(own_signed, ?) where id = ?',
      ...[tx.ownSigned ? 1 : 0, reading.id],
    )
    return readRows(db, reading.id)
  }
  const inBlock = putBlock(db, chain.id, block, stored)
  const rows = insertTransaction(db, { block: inBlock, hash: tx.hash, ownSigned: tx.ownSigned, state: 0 })
  stored.readings.set(tx.hash, { id: rows.id, hash: tx.hash, own_signed: tx.ownSigned ? 1 : 0, state: 0 })
  return rows
}

function writeTransfer(
  db: Db,
  chain: Chain,
  rows: TransactionRows,
  transfer: Transfer,
  stored: StoredBlock,
  weaker: boolean,
): number {
  const known = rows.transfers.get(transfer.id)
  if (known !== undefined && weaker) return known
  const { id, direction, asset, symbol, own, logs = 1 } = transfer
  const amount = transfer.amount === null ? null : String(transfer.amount)
  const tags = JSON.stringify(transfer.tags)
  const facts = { id, direction, asset, symbol, amount, own, ownAddress: chain.addressText(own), tags, logs }
  return putTransfer(db, rows, facts, stored.assets)
}

function writeParty(
  db: Db,
  chain: Chain,
  rows: TransactionRows,
  transfer: number | null,
  party: ScreenableTx['parties'][number] | Party,
): void {
  const { key, role } = party
  const address = chain.addressText(key)
  const direction = ('direction' in party ? party.direction : null) ?? null
  putParty(db, rows, { transfer, direction, role, key, address, matchKey: key, basis: 'exact' })
  for (const { key: matchKey, basis } of party.variants ?? []) {
    putParty(db, rows, { transfer, direction, role, key, address, matchKey, basis })
  }
}
