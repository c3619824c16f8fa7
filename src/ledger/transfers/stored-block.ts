import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef } from '../../screening/types.ts'
import { all, type Db, one, run } from '../database.ts'
import { lookupHash, placeOf, splitAsset, storedHash, storedTime } from './stored-form.ts'

/** What is stored of one inclusion of a transaction. */
export interface StoredReading {
  id: number
  hash: string
  own_signed: number
  /** 0: it stands; 1: its block was reorged out. */
  state: 0 | 1
}

/** A block that is written, inside one transaction of the database. */
export interface StoredBlock {
  /** `null`: no transaction of it is stored. */
  id: number | null
  /** By hash, without those that a rescan superseded. Nearly always none: blocks are read once. */
  readings: Map<string, StoredReading>
  /** Ids of assets that were asked for. */
  assets: Map<string, number>
}

/** For the test that no scan stands behind them. */
export const storedBlockSql = 'select id from transaction_blocks where chain = ? and height = ? and hash = ?'
export const storedOfBlockSql = `select id, hash_text as hash, own_signed, state from transaction_rows
  where block = ? and state != 2 order by id`

/** What is stored of a block already. */
export function readStoredBlock(
  db: Db,
  chain: string,
  { height, hash }: Pick<BlockRef, 'height' | 'hash'>,
): StoredBlock {
  const id = one<{ id: number }>(db, storedBlockSql, chain, height, storedHash(hash).hash)?.id ?? null
  const stored = id === null ? [] : all<StoredReading>(db, storedOfBlockSql, id)
  return { id, readings: new Map(stored.map((each) => [each.hash, each])), assets: new Map() }
}

/** @returns the id of the block's row. */
export function putBlock(db: Db, chain: string, block: BlockRef, stored: StoredBlock): number {
  stored.id ??= insertBlock(db, { chain, ...block, time: isoTime(block.time) })
  return stored.id
}

/** @param block.time ISO-8601 */
export function insertBlock(
  db: Db,
  { chain, height, hash, time }: { chain: string; height: number; hash: string; time: string },
): number {
  const { hash: bytes, prefixed } = storedHash(hash)
  return run(
    db,
    'insert into transaction_blocks (chain, height, hash, prefixed, time) values (?, ?, ?, ?, ?)',
    ...[chain, height, bytes, prefixed, storedTime(time)],
  ).id
}

/** @returns the id of an asset's row, and the id of its token. @param known ids that this transaction of the database has asked for. */
export function putAsset(
  db: Db,
  { asset, symbol }: { asset: string; symbol: string | null },
  known: Map<string, number>,
): { id: number; token: string | null } {
  const split = splitAsset(asset)
  const name = JSON.stringify([split.asset, symbol])
  let id = known.get(name)
  if (id === undefined) {
    const found = one<{ id: number }>(db, assetSql, split.asset, symbol ?? '', symbol === null ? 1 : 0)
    id = found?.id ?? run(db, 'insert into assets (asset, symbol) values (?, ?)', split.asset, symbol).id
    known.set(name, id)
  }
  return { id, token: split.token }
}

/** For the test that no scan stands behind it. */
export const assetSql = `select id from assets where asset = ? and ifnull(symbol, '') = ? and (symbol is null) = ?`

/** What a transaction is to be found by. */
export interface Lookup {
  /** One of `kinds`. */
  kind: number
  /** A key or hash. */
  text: string
}

const lookupsAtOnce = 8
/** By the number of rows: one statement for several takes half the time of as many statements. */
const lookupSqls = Array.from({ length: lookupsAtOnce + 1 }, (_, rows) => {
  const values = Array.from({ length: rows }, () => '(?, ?, ?, ?)').join(', ')
  return `insert into lookups (epoch, hash, kind, row) values ${values} on conflict do nothing`
})

/** Makes a transaction be found by keys and hashes. Twice is once. */
export function putLookups(db: Db, transactionId: number, lookups: readonly Lookup[]): void {
  const { epoch, row } = placeOf(transactionId)
  for (let from = 0; from < lookups.length; from += lookupsAtOnce) {
    const some = lookups.slice(from, from + lookupsAtOnce)
    const params: unknown[] = []
    for (const { kind, text } of some) params.push(epoch, lookupHash(text), kind, row)
    run(db, lookupSqls[some.length] ?? '', ...params)
  }
}
