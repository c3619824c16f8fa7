import type { BlockRef } from '../../screening/types.ts'
import { all, type Db, one, run } from '../database.ts'

type Block = Pick<BlockRef, 'height' | 'hash'>

/** Keeps the hash of a covered block, inside the transaction that covers it. */
export function keepHash(db: Db, chain: string, { height, hash }: Block): void {
  run(
    db,
    `insert into block_hashes (chain, height, hash) values (?, ?, ?)
     on conflict do update set hash = excluded.hash where hash != excluded.hash`,
    ...[chain, height, hash],
  )
}

/** @returns the hash of the covered block at a height; `undefined` where none was kept. */
export function keptHash(db: Db, chain: string, height: number): string | undefined {
  return one<{ hash: string }>(
    db,
    'select hash from block_hashes where chain = ? and height = ?',
    chain,
    height,
  )?.hash
}

/** The lowest covered block that is the final one or above it; `null` where there is none. */
export function lowestOpen(db: Db, chain: string): number | null {
  const row = one<{ height: number | null }>(
    db,
    `select min(height) as height from block_hashes
     where chain = ?1 and height >= ifnull((select final_height from chains where id = ?1), 0)`,
    chain,
  )
  return row?.height ?? null
}

/** The kept hashes of a range, both ends included, lowest first. */
export function keptHashes(db: Db, chain: string, from: number, to: number): Block[] {
  return all<Block>(
    db,
    'select height, hash from block_hashes where chain = ? and height between ? and ? order by height',
    ...[chain, from, to],
  )
}

/** The heights of a range, both ends included, that have no kept hash: blocks covered before hashes were kept. */
export function heightsWithoutHash(db: Db, chain: string, from: number, to: number): number[] {
  const kept = new Set(keptHashes(db, chain, from, to).map(({ height }) => height))
  const missing: number[] = []
  for (let height = from; height <= to; height++) if (!kept.has(height)) missing.push(height)
  return missing
}

export function forgetHashesAbove(db: Db, chain: string, height: number): void {
  run(db, 'delete from block_hashes where chain = ? and height > ?', chain, height)
}
