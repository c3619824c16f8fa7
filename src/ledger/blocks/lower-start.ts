import { type BlockRange, coveredRanges, without } from '../coverage/ranges.ts'
import { type Db, inTransaction, one, run } from '../database.ts'
import { readRevisions } from '../revisions.ts'
import { readChainState } from './chain.ts'
import { insertReplay, pendingReplays, type Replay } from './replays.ts'

/** `start` of the config: see `startSchema`. */
export type Start = number | 'latest'

/** What a changed `start` did to the rescans that are queued. */
export interface StartChange {
  /** Newly queued. */
  queued: BlockRange[]
  /** Was queued for a lower `start`, and is not any more. */
  dropped: BlockRange[]
}

/**
 * Brings the queue of rescans in line with `start`. Blocks from it up to where following began that were never read are queued;
 * what a lower `start` had asked for before, and was not read yet, is taken back. The same again changes nothing. A chain that
 * was never followed begins at `start` by itself.
 */
export function queueFromStart(db: Db, chain: string, start: Start, at: string): StartChange {
  return inTransaction(db, () => {
    const { startHeight } = readChainState(db, chain)
    if (startHeight === null) return { queued: [], dropped: [] }
    const from = start === 'latest' ? startHeight : start
    const dropped = pendingReplays(db, chain)
      .filter(({ cause, next }) => cause === 'start' && next < from)
      .map((job) => dropBelow(db, job, from, at))
    const queued = without({ from, to: startHeight - 1 }, [
      ...coveredRanges(db, chain),
      ...pendingReplays(db, chain).map(({ next, to }) => ({ from: next, to })),
    ])
    const { own } = readRevisions(db)
    for (const range of queued) insertReplay(db, { chain, ...range, ownRevision: own, cause: 'start' }, at)
    return { queued, dropped }
  })
}

/** What is done of it stays a row. What lies at or above the height is queued again by whoever calls. */
function dropBelow(db: Db, { id, next, to }: Replay, from: number, at: string): BlockRange {
  run(
    db,
    `update replays set to_height = next_height - 1, state = 'done', failure = null, finished_at = ? where id = ?`,
    ...[at, id],
  )
  return { from: next, to: Math.min(to, from - 1) }
}

/** Blocks that were never read, from `start` up to where following began. */
export function unreadFromStart(db: Db, chain: string, start: Start): BlockRange[] {
  const { startHeight } = readChainState(db, chain)
  if (startHeight === null || start === 'latest') return []
  return without({ from: start, to: startHeight - 1 }, coveredRanges(db, chain))
}

/**
 * The lowest block that a `start` has asked for so far: where following began, or what was read below it for a lower `start`.
 *
 * @returns `null` for a chain that was never followed.
 */
export function lowestAskedFor(db: Db, chain: string): number | null {
  const { startHeight } = readChainState(db, chain)
  const lowest = one<{ from: number | null }>(
    db,
    `select min(from_height) as "from" from replays where chain = ? and cause = 'start' and next_height > from_height`,
    chain,
  )
  return startHeight === null ? null : Math.min(startHeight, lowest?.from ?? startHeight)
}

/** A sentence for people where `start` is above what it asked for before; `null` where it is not. @param from see {@link lowestAskedFor}. */
export function raisedStart(start: Start, from: number | null): string | null {
  if (start === 'latest' || from === null || start <= from) return null
  return `\`start\` is ${start}, and the database has this chain from block ${from} on: what is stored stays, blocks from ${from} on stay covered, and following goes on after the last screened block`
}
