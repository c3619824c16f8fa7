import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type BlockRange, coveredRanges } from '../coverage/ranges.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { readRevisions } from '../revisions.ts'
import { readChainState } from './chain.ts'
import type { StepCounts } from './commit-step.ts'

/**
 * Why blocks are to be read again. `added`, `removed`: own addresses were, after the blocks were screened. `start`: the config's
 * `start` is lower than where following began. `asked`: a person did, beside a daemon that runs.
 */
export type ReplayCause = 'added' | 'removed' | 'start' | 'asked'

/** A range of blocks to be read again. */
export interface Replay {
  id: number
  chain: string
  from: number
  /** It grows, where addresses are derived on the way: blocks followed meanwhile were screened without those. */
  to: number
  /** Everything below it is done. */
  next: number
  state: 'pending' | 'done'
  cause: ReplayCause
  /** Why the last attempt ended, as a sentence; `null` once one gets on. */
  failure: string | null
}

const columns =
  'id, chain, from_height as "from", to_height as "to", next_height as next, state, cause, failure'

/**
 * Writes down that a chain has to be read again from a height up to the cursor. Where that was written down before, and
 * these addresses were known then, it is that one, done or not.
 *
 * @param ownRevision that of the addresses. @param isMissing the node does not have the block at the height: nothing new is written.
 * @returns `null` when there is nothing at or above the height that was screened without them.
 * @throws `usage` for a chain that was not followed yet.
 */
export function askReplay(
  db: Db,
  {
    chain,
    from,
    ownRevision,
    isMissing = false,
  }: { chain: string; from: number; ownRevision: number; isMissing?: boolean },
  at: string,
): Replay | null {
  return inTransaction(db, () => {
    const to = cursorOf(db, chain)
    const known = one<Replay>(
      db,
      `select ${columns} from replays
       where chain = ? and from_height <= ? and own_revision >= ? and cause = 'added' order by state, id limit 1`,
      ...[chain, from, ownRevision],
    )
    if (known?.state === 'done') return known
    if (isMissing) return null
    if (known !== undefined) return known
    if (from > to) return null
    const id = insertReplay(db, { chain, from, to, ownRevision: readRevisions(db).own }, at)
    return readReplay(db, id)
  })
}

/**
 * Writes down that a person wants a range read again. One that is written down already, and not done, is that one.
 *
 * @throws `usage` for a range that was not followed yet: what is above the cursor the follower reads.
 */
export function askRescan(db: Db, chain: string, range: BlockRange, at: string): Replay {
  return inTransaction(db, () => {
    const { from, to } = range
    const { cursor } = readChainState(db, chain)
    if (from > to)
      throw new ChainscreenError('usage', `Blocks ${from} to ${to} are no range; expected --from ≤ --to.`)
    if (cursor === null)
      throw new ChainscreenError('usage', `No block of ${chain} was followed yet: there is none to rescan.`)
    if (to > cursor.height)
      throw new ChainscreenError(
        'usage',
        `--to ${to} is above ${cursor.height}, the last block of ${chain} that was followed: let \`run\` go there first.`,
      )
    const known = one<{ id: number }>(
      db,
      `select id from replays where chain = ? and state = 'pending' and cause = 'asked' and from_height = ? and to_height = ?`,
      ...[chain, from, to],
    )
    if (known !== undefined) run(db, 'update replays set failure = null where id = ?', known.id)
    const ownRevision = readRevisions(db).own
    return readReplay(db, known?.id ?? insertReplay(db, { chain, from, to, ownRevision, cause: 'asked' }, at))
  })
}

/** What a replay did so far. */
export function replayCounts(db: Db, id: number): StepCounts {
  const row = one<StepCounts>(db, 'select created, reinstated, known from replays where id = ?', id)
  if (row === undefined) throw new Error(`there is no replay ${id}`)
  return row
}

/** Ends what a person asked for and was read otherwise since: the rest of it lies in a range. */
export function endAskedWithin(db: Db, chain: string, { from, to }: BlockRange, at: string): void {
  const within = pendingReplays(db, chain).filter(
    (job) => job.cause === 'asked' && job.next >= from && job.to <= to,
  )
  for (const { id } of within) endReplay(db, id, at)
}

/** Writes down that a range is to be read again. Inside a transaction. @returns its id. */
export function insertReplay(
  db: Db,
  range: { chain: string; from: number; to: number; ownRevision: number; cause?: ReplayCause },
  at: string,
): number {
  const { id } = run(
    db,
    `insert into replays (chain, from_height, to_height, next_height, own_revision, state, added_at, cause)
     values (?1, ?2, ?3, ?2, ?4, 'pending', ?5, ?6)`,
    ...[range.chain, range.from, range.to, range.ownRevision, at, range.cause ?? 'added'],
  )
  return id
}

/**
 * @throws `usage` for a height that the chain has not reached, as far as is known, and for a chain that was not followed yet.
 */
export function refuseAboveHead(db: Db, chain: string, height: number): void {
  const last = Math.max(cursorOf(db, chain), readChainState(db, chain).headHeight ?? -1)
  if (height <= last) return
  throw new ChainscreenError(
    'usage',
    `Nothing was added: --since ${height} is above ${last}, the last block of ${chain} that is known.`,
  )
}

/** @throws `usage` for a chain that was not followed yet. @returns the height of the last block that was followed. */
function cursorOf(db: Db, chain: string): number {
  const { cursor } = readChainState(db, chain)
  if (cursor !== null) return cursor.height
  throw new ChainscreenError(
    'usage',
    `No block of ${chain} was screened yet, so there is none to rescan: omit --since, and let \`start\` in the config say where \`run\` begins.`,
  )
}

/** In the order they are done: as they were asked for, and what a lower `start` asks for last, since it may take days. */
export function pendingReplays(db: Db, chain: string): Replay[] {
  return all<Replay>(
    db,
    `select ${columns} from replays where chain = ? and state = 'pending' order by cause = 'start', id`,
    chain,
  )
}

/** @param id of a row that is there. */
export function readReplay(db: Db, id: number): Replay {
  const row = one<Replay>(db, `select ${columns} from replays where id = ?`, id)
  if (row === undefined) throw new Error(`there is no replay ${id}`)
  return row
}

/** Notes why a replay can't go on now, for other processes. */
export function noteReplayFailure(db: Db, id: number, failure: string): void {
  run(db, 'update replays set failure = ?2 where id = ?1 and failure is not ?2', id, failure)
}

/** Notes what a replay did and how far it has come, in the transaction that did it. */
export function noteReplayed(db: Db, id: number, read: BlockRange, counts: StepCounts, at: string): void {
  const done = one<{ next: number }>(db, 'select next_height as next from replays where id = ?', id)
  // A reorg since its last step made it go back further than where this one began: that is left to do.
  const next = done !== undefined && done.next < read.from ? done.next : read.to + 1
  run(
    db,
    `update replays set next_height = ?2, created = created + ?3, reinstated = reinstated + ?4, known = known + ?5,
       failure = null, started_at = ifnull(started_at, ?6), state = iif(?2 > to_height, 'done', 'pending'),
       finished_at = iif(?2 > to_height, ?6, null)
     where id = ?1`,
    ...[id, next, counts.created, counts.reinstated, counts.known, at],
  )
}

/**
 * Lets a replay begin at a height, and leaves what is below it undone: for one that can't go on, since the node does not
 * have its next block.
 */
export function beginReplayAt(db: Db, id: number, height: number): void {
  run(
    db,
    'update replays set from_height = ?2, next_height = ?2 where id = ?1 and next_height < ?2 and to_height >= ?2',
    id,
    height,
  )
}

/**
 * Ends replays that have nothing left to find: all their blocks from the next one on were read meanwhile, with every own
 * address that is known by now.
 */
export function endCoveredReplays(db: Db, chain: string, at: string): void {
  const pending = pendingReplays(db, chain)
  if (pending.length === 0) return
  inTransaction(db, () => {
    const { own } = readRevisions(db)
    const current = coveredRanges(db, chain).filter(({ ownRevision }) => ownRevision >= own)
    for (const { id, next, to, cause } of pending) {
      // A person may ask for more than own addresses: for what this version newly reads, say.
      if (cause === 'asked') continue
      let open = next
      for (const range of current) if (range.from <= open) open = Math.max(open, range.to + 1)
      if (open > to) endReplay(db, id, at)
    }
  })
}

/** Ends a replay whose rest was rolled back, and is followed anew with all own addresses, or was read otherwise. */
export function endReplay(db: Db, id: number, at: string): void {
  run(
    db,
    `update replays set state = 'done', failure = null, started_at = ifnull(started_at, ?1), finished_at = ?1
     where id = ?2`,
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
