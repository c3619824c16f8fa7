import type { Start } from '../blocks/lower-start.ts'
import { all, type Db } from '../database.ts'
import { historyRevision } from '../lists/rescreens.ts'
import { type MempoolState, readMempools } from '../mempool/pending-transactions.ts'
import { lateDerived } from '../own/late-addresses.ts'
import { readRevisions } from '../revisions.ts'
import {
  type ChainRow,
  type ClosedGap,
  type CoverageGap,
  closedGaps,
  gapsOf,
  neverFollowed,
} from './coverage-gaps.ts'
import { type CoveredRange, coveredRanges } from './ranges.ts'
import { type UndecodedKind, undecodedKinds } from './unscreened.ts'

export interface ChainCoverage {
  chain: string
  /** `null` for a chain of the config that was never followed. */
  caip2: string | null
  startHeight: number | null
  cursorHeight: number | null
  headHeight: number | null
  finalHeight: number | null
  /**
   * The list revision that the stored movements of all blocks were matched against, whatever revision the blocks
   * were screened at: see `rescreens`.
   */
  historyRevision: number
  ranges: CoveredRange[]
  gaps: CoverageGap[]
  /** What holds on a condition that only the exchange can tell of, or was not proved. */
  notes: CoverageGap[]
  /** Logs that name own addresses and that no decoder knows: screened all the same, so no gap. Most frequent first. */
  undecoded: UndecodedKind[]
  /** History: what was a gap once. */
  closed: ClosedGap[]
  /** The last look at the mempool; `null` where there was none. */
  mempool: MempoolState | null
}

/**
 * What was screened of each chain, and every gap with its reason.
 *
 * @param asked only this chain.
 * @param configured chains that should be followed, with their `start`. One that was never followed is a gap as a whole.
 * @example
 * const [bitcoin] = readCoverage(db, 'bitcoin')
 * bitcoin?.ranges // [{ from: 900000, to: 900143, level: 'full', listRevision: 12, ownRevision: 3 }]
 * bitcoin?.gaps // []
 */
export function readCoverage(
  db: Db,
  asked?: string,
  configured: readonly { id: string; start?: Start }[] = [],
): ChainCoverage[] {
  const known = all<ChainRow>(db, 'select * from chains')
  const missing = configured
    .map(({ id }) => id)
    .filter((id) => known.every((chain) => chain.id !== id))
    .map(neverFollowed)
  const startOf = (id: string) => configured.find((chain) => chain.id === id)?.start ?? 'latest'
  const history = historyRevision(db, readRevisions(db).list)
  return [...known, ...missing]
    .filter(({ id }) => asked === undefined || id === asked)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((chain) => {
      const ranges = coveredRanges(db, chain.id)
      return {
        chain: chain.id,
        caip2: chain.caip2,
        startHeight: chain.start_height,
        cursorHeight: chain.cursor_height,
        headHeight: chain.head_height,
        finalHeight: chain.final_height,
        historyRevision: history,
        ranges,
        gaps: gapsOf(db, chain, ranges, startOf(chain.id)),
        notes: [...lateDerived(db, chain.id, ranges), ...unprovedBlocks(ranges)],
        undecoded: undecodedKinds(db, chain.id),
        closed: closedGaps(db, chain.id),
        mempool: readMempools(db, chain.id)[0] ?? null,
      }
    })
}

function unprovedBlocks(ranges: readonly CoveredRange[]): CoverageGap[] {
  const reason = 'read with `verify: off`: nothing was proved (a replay with `verify: strict` proves it)'
  return ranges.filter(({ unproved }) => unproved).map(({ from, to }) => ({ from, to, reason }))
}
