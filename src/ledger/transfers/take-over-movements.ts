import type { Direction } from '../../screening/types.ts'
import { all, type Db, inTransaction, one, withoutFlush } from '../database.ts'
import { insertBlock, putLookups, storedBlockSql } from './stored-block.ts'
import { storedHash } from './stored-form.ts'
import { insertTransaction, putParty, putTransfer } from './transaction-rows.ts'

const transactionsAtOnce = 1_000

/** `done` of `total` transactions. */
export type OnProgress = (name: string, done: number, total: number) => void

/**
 * Takes over the movements of a database of before compact rows, some transactions at a time, each under the id that it has. After a crash
 * it goes on behind the last one.
 */
export function takeOverMovements(db: Db, onProgress: OnProgress): void {
  const total = lastId(db, 'transactions')
  if (total === 0) return
  withoutFlush(db, () => {
    for (let done = -1; done < total; ) {
      done = inTransaction(db, () => takeOverSome(db, total))
      onProgress('bringing stored transfers up to date', done, total)
    }
  })
}

function lastId(db: Db, table: 'transactions' | 'transaction_rows'): number {
  return one<{ id: number | null }>(db, `select max(id) as id from ${table}`)?.id ?? 0
}

interface FormerTransaction {
  id: number
  chain: string
  hash: string
  block_height: number
  block_hash: string
  block_time: string
  own_signed: number
  orphaned: number
}

/** @returns the last transaction that is taken over. */
function takeOverSome(db: Db, total: number): number {
  const transactions = all<FormerTransaction>(
    db,
    `select id, chain, hash, block_height, block_hash, block_time, own_signed, orphaned from transactions
     where id > ? order by id limit ${transactionsAtOnce}`,
    lastId(db, 'transaction_rows'),
  )
  const blocks = new Map<string, number>()
  const assets = new Map<string, number>()
  for (const each of transactions) takeOver(db, each, blocks, assets)
  return transactions.at(-1)?.id ?? total
}

function takeOver(
  db: Db,
  former: FormerTransaction,
  blocks: Map<string, number>,
  assets: Map<string, number>,
): void {
  const { id, hash, own_signed, orphaned } = former
  const mark = `~${id}`
  const isSuperseded = orphaned === 1 && former.block_hash.endsWith(mark)
  const blockHash = isSuperseded ? former.block_hash.slice(0, -mark.length) : former.block_hash
  const block = blockOf(db, former, blockHash, blocks)
  const state = isSuperseded ? 2 : orphaned
  const rows = insertTransaction(db, { id, block, hash, ownSigned: own_signed === 1, state })
  const numbers = new Map<number, number>()
  for (const transfer of formerTransfers(db, id)) {
    const { own_key: own, own_address: ownAddress, ...facts } = transfer
    numbers.set(
      transfer.id,
      putTransfer(db, rows, { ...facts, id: transfer.transfer, own, ownAddress }, assets),
    )
  }
  for (const party of formerParties(db, id)) {
    putParty(db, rows, {
      transfer: party.transfer_id === null ? null : (numbers.get(party.transfer_id) ?? null),
      direction: party.direction,
      role: party.role,
      key: party.key,
      address: party.address,
      matchKey: party.match_key,
      basis: party.match_basis,
    })
  }
  putLookups(db, rows.id, rows.lookups)
}

function blockOf(
  db: Db,
  { chain, block_height: height, block_time: time }: FormerTransaction,
  hash: string,
  blocks: Map<string, number>,
): number {
  const name = JSON.stringify([chain, height, hash])
  const known =
    blocks.get(name) ?? one<{ id: number }>(db, storedBlockSql, chain, height, storedHash(hash).hash)?.id
  const id = known ?? insertBlock(db, { chain, height, hash, time })
  blocks.set(name, id)
  return id
}

interface FormerTransfer {
  id: number
  transfer: string
  direction: Direction
  asset: string
  symbol: string | null
  amount: string | null
  own_key: string
  own_address: string
  tags: string
  logs: number
}

function formerTransfers(db: Db, transactionId: number): FormerTransfer[] {
  return all<FormerTransfer>(
    db,
    `select id, transfer, direction, asset, symbol, amount, own_key, own_address, tags, logs from transfers
     where transaction_id = ? order by id`,
    transactionId,
  )
}

interface FormerParty {
  transfer_id: number | null
  direction: Direction | null
  role: string
  key: string
  address: string
  match_key: string
  match_basis: string
}

function formerParties(db: Db, transactionId: number): FormerParty[] {
  return all<FormerParty>(
    db,
    `select transfer_id, direction, role, key, address, match_key, match_basis from parties
     where transaction_id = ? order by id`,
    transactionId,
  )
}
