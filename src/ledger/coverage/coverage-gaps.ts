import type { Start } from '../blocks/lower-start.ts'
import { pendingReplays, type Replay } from '../blocks/replays.ts'
import { all, type Db } from '../database.ts'
import { historyRevision } from '../lists/rescreens.ts'
import { lateAddresses, removedAddresses } from '../own/late-addresses.ts'
import { readRevisions } from '../revisions.ts'
import { type BlockRange, type CoveredRange, countBlocks, shared, without } from './ranges.ts'

/** Something that was not checked, and why. */
export interface CoverageGap {
  /** `null`, both: the chain as a whole. */
  from: number | null
  to: number | null
  reason: string
  /** Only so many transactions of these blocks. Absent: the blocks as a whole. */
  transactions?: number
}

/** What was not screened, and was by a later reading. */
export interface ClosedGap extends CoverageGap {
  /** When, ISO-8601, and by which row of `coverage`. */
  closedAt: string
  closedBy: number
}

/** Where a chain stands. */
export interface ChainRow {
  id: string
  caip2: string | null
  start_height: number | null
  cursor_height: number | null
  head_height: number | null
  final_height: number | null
}

/** A chain of the config that was never followed. */
export function neverFollowed(id: string): ChainRow {
  const nothing = { start_height: null, cursor_height: null, head_height: null, final_height: null }
  return { id, caip2: null, ...nothing }
}

/**
 * Everything that can be told from what is covered, and what was noted while it was read.
 *
 * @param start as the config has it; `latest` where that is not known.
 */
export function gapsOf(
  db: Db,
  chain: ChainRow,
  ranges: readonly CoveredRange[],
  start: Start,
): CoverageGap[] {
  return [
    ...gapsBeside(db, chain, ranges, start),
    ...unscreenedBlocks(db, chain.id),
    ...unscreenedTransactions(db, chain.id),
  ]
}

/** The gaps that no row of `unscreened` tells of: they follow from what is covered, and from what came since. */
export function gapsBeside(
  db: Db,
  chain: ChainRow,
  ranges: readonly CoveredRange[],
  start: Start,
): CoverageGap[] {
  return [
    ...(ranges.length === 0 ? [{ from: null, to: null, reason: 'nothing screened yet' }] : []),
    ...unread(chain, ranges, pendingReplays(db, chain.id), start),
    ...behind(chain, ranges),
    ...oldLists(db, ranges),
    ...lateAddresses(db, chain, ranges),
    ...removedAddresses(db, chain, ranges),
  ]
}

/** Blocks below the last covered one that were never read. */
function unread(
  { start_height: began }: Pick<ChainRow, 'start_height'>,
  ranges: readonly CoveredRange[],
  pending: readonly Replay[],
  start: Start,
): (CoverageGap & BlockRange)[] {
  const last = ranges.at(-1)
  if (last === undefined) return []
  const asked = pending.filter(({ cause }) => cause === 'start').map(({ next }) => next)
  const from = Math.min(ranges[0]?.from ?? last.to, start === 'latest' ? last.to : start, ...asked)
  return without({ from, to: last.to }, ranges)
    .flatMap((hole) => [
      ...pending.flatMap((job) => {
        const blocks = shared(hole, { from: job.next, to: job.to })
        return blocks === null ? [] : [{ ...blocks, reason: queuedReason(blocks, job) }]
      }),
      ...without(
        hole,
        pending.map(({ next, to }) => ({ from: next, to })),
      ).flatMap((rest) => unasked(rest, began, start)),
    ])
    .sort((a, b) => a.from - b.from)
}

function queuedReason(blocks: BlockRange, { failure }: Replay): string {
  const queued = `not screened yet: ${countBlocks([blocks])} blocks are queued to be read, behind the follower of \`run\``
  return failure === null ? queued : `${queued}; the last attempt failed: ${failure}`
}

/** Blocks that nobody queued: those at or above `start` will be. */
function unasked(hole: BlockRange, began: number | null, start: Start): (BlockRange & { reason: string })[] {
  const due = start === 'latest' || began === null ? null : shared(hole, { from: start, to: began - 1 })
  if (due === null) return [{ ...hole, reason: 'not screened' }]
  const reason = `not screened: \`start\` in the config is ${start}, and screening began at ${began}; the next start of \`run\` queues these ${countBlocks([due])} blocks`
  return [...without(hole, [due]).map((rest) => ({ ...rest, reason: 'not screened' })), { ...due, reason }]
}

function behind(
  chain: Pick<ChainRow, 'cursor_height' | 'head_height'>,
  ranges: readonly CoveredRange[],
): CoverageGap[] {
  const last = ranges.at(-1)?.to ?? chain.cursor_height
  return last !== null && last !== undefined && chain.head_height !== null && last < chain.head_height
    ? [{ from: last + 1, to: chain.head_height, reason: 'not screened yet: the node said that it has them' }]
    : []
}

/** Stored movements are all that a list could meet: matched against a revision, they are as good as screened by it. */
function oldLists(db: Db, ranges: readonly CoveredRange[]): CoverageGap[] {
  const { list } = readRevisions(db)
  const history = historyRevision(db, list)
  return ranges
    .filter(({ listRevision }) => Math.max(listRevision, history) < list)
    .map(({ from, to, listRevision }) => ({
      from,
      to,
      reason: `matched against list revision ${Math.max(listRevision, history)}; the lists are at ${list}, and the re-screen of stored history is not done (\`run\` and \`rescreen\` go on with it)`,
    }))
}

function unscreenedBlocks(db: Db, chain: string): CoverageGap[] {
  return all<CoverageGap>(
    db,
    `select from_height as "from", to_height as "to", what || ': ' || reason as reason from unscreened
     where chain = ? and tx_hash is null and closed_at is null order by from_height, what`,
    chain,
  )
}

/** Counted: anybody can send many. The rows name each. */
function unscreenedTransactions(db: Db, chain: string): CoverageGap[] {
  return all<CoverageGap>(
    db,
    `select min(from_height) as "from", max(to_height) as "to", what || ': ' || reason as reason,
       count(distinct tx_hash) as transactions
     from unscreened where chain = ? and tx_hash is not null and closed_at is null
     group by what, reason order by min(from_height), what, reason`,
    chain,
  )
}

/** What was noted as not screened, and was screened since. */
export function closedGaps(db: Db, chain: string): ClosedGap[] {
  const blocks = all<ClosedGap>(
    db,
    `select from_height as "from", to_height as "to", what || ': ' || reason as reason, closed_at as closedAt,
       closed_by as closedBy
     from unscreened where chain = ? and tx_hash is null and closed_at is not null order by from_height, what`,
    chain,
  )
  const transactions = all<ClosedGap>(
    db,
    `select min(from_height) as "from", max(to_height) as "to", what || ': ' || reason as reason,
       count(distinct tx_hash) as transactions, max(closed_at) as closedAt, closed_by as closedBy
     from unscreened where chain = ? and tx_hash is not null and closed_at is not null
     group by what, reason, closed_by order by min(from_height), what, reason, closed_by`,
    chain,
  )
  return [...blocks, ...transactions]
}
