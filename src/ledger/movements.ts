import type { BlockRef, Party, ScreenableTx, Transfer } from '../screening/types.ts'
import type { Chain } from './chain.ts'
import { type Db, one, run } from './database.ts'
import { isoTime } from './time.ts'

/**
 * Writes what a transaction moved, and who took part, inside a transaction of the database. The same transaction in
 * the same block again changes nothing, unless more own addresses are known now: then what is new is added.
 */
export function writeMovements(db: Db, chain: Chain, block: BlockRef, tx: ScreenableTx): void {
  const transactionId = writeTransaction(db, chain, block, tx)
  for (const transfer of tx.transfers) {
    const transferId = writeTransfer(db, chain, transactionId, transfer)
    for (const party of transfer.parties) writeParty(db, chain, transactionId, transferId, party)
  }
  for (const party of tx.parties) writeParty(db, chain, transactionId, null, party)
}

function writeTransaction(db: Db, chain: Chain, block: BlockRef, tx: ScreenableTx): number {
  const row = one<{ id: number }>(
    db,
    `insert into transactions (chain, hash, block_height, block_hash, block_time, own_signed)
     values (?, ?, ?, ?, ?, ?)
     on conflict (chain, hash, block_hash) do update set
       orphaned = 0, own_signed = max(own_signed, excluded.own_signed)
     returning id`,
    ...[chain.id, tx.hash, block.height, block.hash, isoTime(block.time), tx.ownSigned ? 1 : 0],
  )
  if (row === undefined) throw new Error('unreachable: an upsert returns its row')
  return row.id
}

function writeTransfer(db: Db, chain: Chain, transactionId: number, transfer: Transfer): number {
  const row = one<{ id: number }>(
    db,
    `insert into transfers
       (transaction_id, transfer, direction, asset, symbol, amount, own_key, own_address, tags)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (transaction_id, transfer) do update set
       direction = excluded.direction, amount = excluded.amount, own_key = excluded.own_key,
       own_address = excluded.own_address, tags = excluded.tags, symbol = excluded.symbol
     returning id`,
    ...[transactionId, transfer.id, transfer.direction, transfer.asset, transfer.symbol],
    ...[
      String(transfer.amount),
      transfer.own,
      chain.addressText(transfer.own),
      JSON.stringify(transfer.tags),
    ],
  )
  if (row === undefined) throw new Error('unreachable: an upsert returns its row')
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
