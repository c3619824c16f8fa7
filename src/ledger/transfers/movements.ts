import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef, Party, ScreenableTx, Transfer } from '../../screening/types.ts'
import type { Chain } from '../blocks/chain.ts'
import { type ReadBlock, type StoredReading, setMisreadAside } from '../blocks/superseded.ts'
import { type Db, one, run } from '../database.ts'

/**
 * Writes what a transaction moved, and who took part, inside a transaction of the database. The same transaction in
 * the same block again changes nothing, unless other own addresses are known now: then what is new is added; and where one
 * of them had been taken for another's, or another's for one of them, this reading stands in place of the former one.
 *
 * @param how.weaker an earlier reading of the block saw more: what it says of a transfer stands. @param how.at now, ISO-8601.
 */
export function writeMovements(
  db: Db,
  chain: Chain,
  block: ReadBlock,
  tx: ScreenableTx,
  { weaker, at }: { weaker: boolean; at: string },
): void {
  const transactionId = writeTransaction(db, chain, block, tx, at)
  for (const transfer of tx.transfers) {
    const transferId = writeTransfer(db, chain, transactionId, transfer, weaker)
    for (const party of transfer.parties) writeParty(db, chain, transactionId, transferId, party)
  }
  for (const party of tx.parties) writeParty(db, chain, transactionId, null, party)
}

function writeTransaction(db: Db, chain: Chain, block: ReadBlock, tx: ScreenableTx, at: string): number {
  const inserted = insertTransaction(db, chain, block, tx)
  if (inserted !== null) return inserted
  const stored = one<StoredReading>(
    db,
    'select id, hash, own_signed from transactions where chain = ? and hash = ? and block_hash = ?',
    ...[chain.id, tx.hash, block.hash],
  )
  if (stored !== undefined && setMisreadAside(db, chain, block, stored, tx, at)) {
    return writeTransaction(db, chain, block, tx, at)
  }
  return idOf(
    db,
    `update transactions set orphaned = 0, own_signed = max(own_signed, ?)
     where chain = ? and hash = ? and block_hash = ? returning id`,
    ...[tx.ownSigned ? 1 : 0, chain.id, tx.hash, block.hash],
  )
}

/** @returns its id; `null` when it stands already. */
function insertTransaction(db: Db, chain: Chain, block: BlockRef, tx: ScreenableTx): number | null {
  const { changes, id } = run(
    db,
    `insert into transactions (chain, hash, block_height, block_hash, block_time, own_signed)
     values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
    ...[chain.id, tx.hash, block.height, block.hash, isoTime(block.time), tx.ownSigned ? 1 : 0],
  )
  return changes === 1 ? id : null
}

function writeTransfer(
  db: Db,
  chain: Chain,
  transactionId: number,
  transfer: Transfer,
  weaker: boolean,
): number {
  const { direction, asset, symbol, own } = transfer
  const amount = transfer.amount === null ? null : String(transfer.amount)
  const values = [direction, asset, symbol, amount, own, chain.addressText(own), transfer.logs ?? 1]
  const tags = JSON.stringify(transfer.tags)
  const { changes, id } = run(
    db,
    `insert into transfers
       (transaction_id, transfer, direction, asset, symbol, amount, own_key, own_address, logs, tags)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    ...[transactionId, transfer.id, ...values, tags],
  )
  if (changes === 1) return id
  if (weaker) {
    const standing = 'select id from transfers where transaction_id = ? and transfer = ?'
    return idOf(db, standing, transactionId, transfer.id)
  }
  return idOf(
    db,
    `update transfers set direction = ?, asset = ?, symbol = ?, amount = ?, own_key = ?, own_address = ?,
       logs = ?, tags = ?
     where transaction_id = ? and transfer = ? returning id`,
    ...[...values, tags, transactionId, transfer.id],
  )
}

/** A plain insert is twice as fast as an upsert that returns its row, and nearly every row is new. */
function idOf(db: Db, sql: string, ...params: unknown[]): number {
  const row = one<{ id: number }>(db, sql, ...params)
  if (row === undefined) throw new Error('unreachable: a row that was not inserted is there')
  return row.id
}

function writeParty(
  db: Db,
  chain: Chain,
  transactionId: number,
  transferId: number | null,
  party: ScreenableTx['parties'][number] | Party,
): void {
  const direction = 'direction' in party ? (party.direction ?? null) : null
  const address = chain.addressText(party.key)
  for (const form of [{ key: party.key, basis: 'exact' }, ...(party.forms ?? [])]) {
    run(
      db,
      `insert into parties (transaction_id, transfer_id, direction, role, key, address, match_key, match_basis)
       values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
      ...[transactionId, transferId, direction, party.role, party.key, address, form.key, form.basis],
    )
  }
}
