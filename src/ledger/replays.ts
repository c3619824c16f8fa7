import { ChainscreenError } from '../errors.ts'
import { readChainState } from './chain.ts'
import type { StepCounts } from './commit-step.ts'
import { all, type Db, inTransaction, one, run } from './database.ts'
import { readRevisions } from './revisions.ts'

/** A range of blocks to be read again, because own addresses were registered after they were screened. */
export interface Replay {
  id: number
  chain: string
  from: number
  /** It grows, where addresses are derived on the way: blocks followed meanwhile were screened without those. */
  to: number
  /** Everything below it is done. */
  next: number
  state: 'pending' | 'done'
}

const columns = 'id, chain, from_height as "from", to_height as "to", next_height as next, state'

/**
 * Writes down that a chain has to be read again from a height up to the cursor. Where that was written down before, and
 * these addresses were known then, it is that one, done or not.
 *
 * @param ownRevision that of the addresses.
 * @returns `null` when there is nothing at or above the height that was screened without them.
 * @throws `usage` for a chain that was not followed yet.
 */
export function askReplay(
  db: Db,
  { chain, from, ownRevision }: { chain: string; from: number; ownRevision: number },
  at: string,
): Replay | null {
  return inTransaction(db, () => {
    const to = cursorOf(db, chain)
    const known = one<Replay>(
      db,
      `select ${columns} from replays where chain = ? and from_height <= ? and own_revision >= ?
       order by state desc, id limit 1`,
      ...[chain, from, ownRevision],
    )
    if (known !== undefined) return known
    if (from > to) return null
    const { id } = run(
      db,
      `insert into replays (chain, from_height, to_height, next_height, own_revision, state, added_at)
       values (?1, ?2, ?3, ?2, ?4, 'pending', ?5)`,
      ...[chain, from, to, readRevisions(db).own, at],
    )
    return { id, chain, from, to, next: from, state: 'pending' }
  })
}

/** @throws `usage` for a chain that was not followed yet. @returns the height of the last block that was followed. */
export function cursorOf(db: Db, chain: string): number {
  const { cursor } = readChainState(db, chain)
  if (cursor !== null) return cursor.height
  throw new ChainscreenError(
    'usage',
    `No block of ${chain} was screened yet, so there is none to screen backwards: leave --since away, and let \`start\` in the config say where \`run\` begins.`,
  )
}

/** The replay to work on next. */
export function nextReplay(db: Db, chain: string): Replay | undefined {
  return one<Replay>(
    db,
    `select ${columns} from replays where chain = ? and state = 'pending' order by id limit 1`,
    chain,
  )
}

export function pendingReplays(db: Db, chain: string): Replay[] {
  return all<Replay>(
    db,
    `select ${columns} from replays where chain = ? and state = 'pending' order by id`,
    chain,
  )
}

/** Notes what a replay did and how far it has come, in the transaction that did it. */
export function noteReplayed(db: Db, id: number, next: number, counts: StepCounts, at: string): void {
  run(
    db,
    `update replays set next_height = ?2, created = created + ?3, reinstated = reinstated + ?4, known = known + ?5,
       started_at = ifnull(started_at, ?6), state = iif(?2 > to_height, 'done', 'pending'),
       finished_at = iif(?2 > to_height, ?6, null)
     where id = ?1`,
    ...[id, next, counts.created, counts.reinstated, counts.known, at],
  )
}

/** Ends a replay whose rest was rolled back: it is followed anew, with all own addresses. */
export function endReplay(db: Db, id: number, at: string): void {
  run(
    db,
    `update replays set state = 'done', started_at = ifnull(started_at, ?1), finished_at = ?1 where id = ?2`,
    at,
    id,
  )
}

/**
 * A branch lost, and with it what proves that blocks from this height on were read again: they are to be, once more. Inside
 * a transaction.
 */
export function readAgainFrom(db: Db, chain: string, height: number): void {
  run(
    db,
    `update replays set next_height = max(from_height, ?2), state = 'pending', finished_at = null
     where chain = ?1 and to_height >= ?2 and next_height > max(from_height, ?2)`,
    ...[chain, height],
  )
}
