import { type Db, one } from '../database.ts'

/** How much a reading of a block saw; see `SourceBlock`. */
export interface ReadingStrength {
  level: string
  unproved?: boolean
  unscreened: readonly { what: string; txHash?: string }[]
}

/**
 * Whether an earlier reading of a block saw more than this one: call traces or inputs that this one lacks, or a proof where this one
 * has none, or proved false. Then this one adds what is new, and changes nothing that stands.
 */
export function isWeaker(
  db: Db,
  chain: string,
  height: number,
  { level, unproved = false, unscreened }: ReadingStrength,
): boolean {
  const lacksLevel = level !== 'full'
  const lacksProof =
    unproved || unscreened.some(({ what, txHash }) => what === 'unverified' && txHash === undefined)
  return (
    (lacksLevel && isCovered(db, chain, height, `level = 'full'`)) ||
    (lacksProof &&
      isCovered(db, chain, height, 'proved is not 0') &&
      !isOpen(db, chain, height, 'unverified', 'and tx_hash is null'))
  )
}

function isCovered(db: Db, chain: string, height: number, how: string, ...params: unknown[]): boolean {
  const sql = `select 1 from coverage where chain = ? and kind in ('follow', 'replay') and from_height <= ? and to_height >= ?
    and ${how} limit 1`
  return one(db, sql, chain, height, height, ...params) !== undefined
}

/**
 * Whether an earlier reading of a block, with the same own addresses or more, had this part of it: where no gap of it is open, what a
 * later reading can't see of it is no gap.
 *
 * @param what of the note in `unscreened`.
 */
export function wasScreened(
  db: Db,
  chain: string,
  height: number,
  { what, ownRevision }: { what: string; ownRevision: number },
): boolean {
  const how = `level = 'full' and own_revision >= ? and (? != 'unverified' or proved = 1)`
  if (!isCovered(db, chain, height, how, ownRevision, what)) return false
  return !isOpen(db, chain, height, what)
}

/** Whether a gap of a block is open. @param which more of the condition. */
function isOpen(db: Db, chain: string, height: number, what: string, which = ''): boolean {
  const sql = `select 1 from unscreened
    where chain = ? and from_height <= ? and to_height >= ? and what = ? and closed_at is null ${which} limit 1`
  return one(db, sql, chain, height, height, what) !== undefined
}
