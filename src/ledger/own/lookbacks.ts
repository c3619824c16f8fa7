import { readChainState } from '../blocks/chain.ts'
import { lowestAskedFor } from '../blocks/lower-start.ts'
import { insertReplay, pendingReplays, type Replay, readReplay } from '../blocks/replays.ts'
import { type Db, inTransaction, one, run } from '../database.ts'
import { readRevisions } from '../revisions.ts'

/** Own addresses are new, and blocks from a time on are to be rescanned for them. */
export interface Lookback {
  id: number
  /** Unix seconds. */
  since: number
}

/** Asks for it. In the transaction that makes the addresses own. @param ownRevision theirs. */
export function askLookback(
  db: Db,
  chain: string,
  { since, ownRevision }: { since: number; ownRevision: number },
): void {
  run(
    db,
    'insert into own_lookbacks (chain, since, own_revision) values (?, ?, ?)',
    ...[chain, since, ownRevision],
  )
}

/** What is asked for on a chain and is not queued yet, as one: the earliest time, and the last id. */
export function pendingLookback(db: Db, chain: string): Lookback | null {
  const row = one<{ id: number | null; since: number }>(
    db,
    'select max(id) as id, min(since) as since from own_lookbacks where chain = ?',
    chain,
  )
  return row === undefined || row.id === null ? null : { id: row.id, since: row.since }
}

/**
 * Times of blocks may be two hours ahead of a clock (https://en.bitcoin.it/wiki/Block_timestamp), so a later block may have an
 * earlier time by as much, and the first block is looked for from two hours before the time that was asked for.
 */
const slackSeconds = 4 * 3_600

/**
 * Whether a rescan that was asked for, and is not queued yet, may read a block for addresses that it was not screened with.
 *
 * @param block.time unix seconds; `null` where it is not known to the second.
 */
export function mayLookBackAt(
  db: Db,
  chain: string,
  block: { height: number; time: number | null },
): boolean {
  return (
    one(
      db,
      `select 1 from own_lookbacks l where chain = ?1 and (?3 is null or since - ?4 <= ?3) and not exists (
         select 1 from coverage c where c.chain = ?1 and c.kind in ('follow', 'replay') and c.from_height <= ?2 and c.to_height >= ?2
           and c.own_revision >= l.own_revision) limit 1`,
      ...[chain, block.height, block.time, slackSeconds],
    ) !== undefined
  )
}

/**
 * Queues the rescan that was asked for, up to the cursor. A rescan that is queued and has not begun takes it in, so that an
 * exchange which registers addresses all day has two of them at most: one under way, and one that waits.
 *
 * @param from height of the first block; `null` where no block is as late. @returns `null` where there is nothing to rescan.
 */
export function queueLookback(
  db: Db,
  chain: string,
  asked: Lookback,
  from: number | null,
  at: string,
): Replay | null {
  return inTransaction(db, () => {
    run(db, 'delete from own_lookbacks where chain = ? and id <= ?', chain, asked.id)
    const { cursor } = readChainState(db, chain)
    const lowest = lowestAskedFor(db, chain)
    if (cursor === null || lowest === null || from === null || from > cursor.height) return null
    const first = Math.max(from, lowest)
    const { own } = readRevisions(db)
    const waiting = waitingRescan(db, chain)
    if (waiting === undefined)
      return readReplay(db, insertReplay(db, { chain, from: first, to: cursor.height, ownRevision: own }, at))
    run(
      db,
      `update replays set from_height = min(from_height, ?2), next_height = min(next_height, ?2),
         to_height = max(to_height, ?3), own_revision = ?4 where id = ?1`,
      ...[waiting.id, first, cursor.height, own],
    )
    return readReplay(db, waiting.id)
  })
}

/** One of which no step is written: all of its blocks are still to be read, with the own addresses of now. */
function waitingRescan(db: Db, chain: string): Replay | undefined {
  return pendingReplays(db, chain).find(({ cause, next, from }) => cause === 'added' && next === from)
}
