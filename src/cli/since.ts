import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { readChainState } from '../ledger/blocks/chain.ts'
import {
  askReplay,
  beginReplayAt,
  pendingReplays,
  type Replay,
  refuseAboveHead,
} from '../ledger/blocks/replays.ts'
import { isAnyScreened } from '../ledger/coverage/coverage.ts'
import type { Db } from '../ledger/database.ts'
import { daemonChains } from '../ledger/file-locks.ts'
import { chainOfHeight } from '../own/chain-of-height.ts'
import type { OwnCounts } from '../own/import-own.ts'
import type { WatchedFamily } from '../own/own-row.ts'
import { firstServed, missingBlocks, screenBackwards } from '../pipeline/rescans/rescan-now.ts'
import { type CommonOptions, now, parseHeight, stopSignal } from './common.ts'
import { createProgress, printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

export const sinceHelp = 'rescan the blocks from this height on for the added addresses'

/** What was asked for with `--since`, checked before anything is added. */
interface Since {
  chain: ChainConfig
  height: number
  /** The node does not have the block at this height. */
  isMissing: boolean
  /** What was asked for earlier and can't go on, since the node does not have its next block, which is below this height. */
  stuck: readonly Replay[]
}

/** Asks the node too. @returns `null` without `--since`. @throws `usage` where it can't be done. */
export async function sinceOf(
  db: Db,
  config: Config,
  options: { since?: string; chain?: string },
  family: WatchedFamily | null,
): Promise<Since | null> {
  if (options.since === undefined) return null
  const height = parseHeight(options.since)
  const chain = chainOfHeight(config.chains, options.chain ?? '', family)
  refuseAboveHead(db, chain.id, height)
  const earlier = pendingReplays(db, chain.id).filter(({ next }) => next < height)
  const heights = [height, ...earlier.map(({ next }) => next)]
  const missing = await missingBlocks(chain, heights, stopSignal())
  const stuck = earlier.filter(({ next }) => missing.has(next))
  return { chain, height, isMissing: missing.has(height), stuck }
}

/** What came of it, for `--json`. */
export interface BackwardsReport {
  chain: string
  from: number
  to: number
  /** `left`: the running daemon does it. `queued`: the running daemon does not follow the chain, so one with another config will. */
  state: 'done' | 'left' | 'queued'
  created: number
  reinstated: number
  known: number
}

/** Screens blocks backwards for addresses that are new, or were removed, or leaves it to the daemon that is running. */
export async function screenSince(
  db: Db,
  config: Config,
  { chain }: Pick<Since, 'chain'>,
  asked: Replay,
): Promise<BackwardsReport> {
  const { from, to, state } = asked
  const none = { created: 0, reinstated: 0, known: 0 }
  if (state === 'done') return { chain: chain.id, from, to, state, ...none }
  const log = createLog(config.log.level)
  const progress = createProgress(log)
  try {
    const counts = await screenBackwards(db, config, chain, asked, {
      ...{ log, now, signal: stopSignal() },
      onProgress: ({ done, total }) => progress.update('blocks rescanned', done, total),
    })
    const isLeft = (daemonChains(db) ?? [chain.id]).includes(chain.id)
    const left = isLeft ? 'left' : 'queued'
    return { chain: chain.id, from, to, state: counts === null ? left : 'done', ...(counts ?? none) }
  } finally {
    progress.stop()
  }
}

export function printRescan(report: BackwardsReport | null): void {
  if (report === null)
    printLine('No block at or above that height was screened yet: there is nothing to rescan.')
  else if (report.state === 'left') {
    printLine(
      `The running daemon rescans blocks ${report.from} to ${report.to} of ${report.chain}, behind its follower: \`chainscreen coverage\` shows what is left.`,
    )
  } else if (report.state === 'queued') {
    printLine(
      `Blocks ${report.from} to ${report.to} of ${report.chain} are queued, but the running daemon does not follow ${report.chain}: restart it with a config that has this chain.`,
    )
  } else {
    printLine(
      `${report.chain} ${report.from} to ${report.to} rescanned: ${report.created} new alerts, ${report.reinstated} reinstated, ${report.known} existed already.`,
    )
  }
}

/** What was added. */
interface Added {
  /** For `--json`. */
  report: object
  /** For people. */
  say: () => void
  /** The own revision of the addresses. */
  revision: number
}

/** Ends a command that added own addresses: what has to be done because of them is written down first, then said, then done. */
export async function finishAdding(
  db: Db,
  config: Config,
  options: CommonOptions,
  { report, say, revision }: Added,
  since: Since | null,
): Promise<void> {
  if (since !== null && !since.isMissing) dropStuckRescans(db, config, since)
  const asked = since && askReplay(db, jobOf(since, revision), now())
  if (!options.json) say()
  await rescreenAfter(db, options)
  const backwards = since && asked && (await screenSince(db, config, since, asked))
  const isRefused = since !== null && asked === null && since.isMissing
  if (options.json) printJson({ ...report, ...(since && { backwards }) })
  else if (since && !isRefused) printRescan(backwards)
  if (isRefused) throw await withoutBlock(db, since)
}

/** The error for a height that the node can't serve, with the first one that it can. */
async function withoutBlock(db: Db, { chain, height }: Since): Promise<ChainscreenError> {
  const last = readChainState(db, chain.id).cursor?.height ?? height
  const first = await firstServed(chain, height, last, stopSignal())
  const [lack, later] =
    first === null ? ['', 'with a later --since'] : [`; its first block is ${first}`, `with --since ${first}`]
  return new ChainscreenError(
    'failure',
    `The node of ${chain.id} has no block ${height} (it may be pruned)${lack}. The addresses were added, and no rescan was queued: repeat the command ${later}.`,
  )
}

function jobOf({ chain, height, isMissing }: Since, ownRevision: number) {
  return { chain: chain.id, from: height, ownRevision, isMissing }
}

/** What was asked for earlier, and the node can't serve, begins where this does. */
function dropStuckRescans(db: Db, config: Config, { chain, height, stuck }: Since): void {
  const log = createLog(config.log.level)
  for (const { id, next, to } of stuck) {
    if (to < height) continue
    beginReplayAt(db, id, height)
    log.warn(
      { chain: chain.id, next },
      `${chain.id}: blocks ${next} to ${height - 1}, queued earlier, are no longer queued: the node has no block ${next}`,
    )
  }
}

export function printCounts(db: Db, counts: OwnCounts, since: Since | null): void {
  printLine(`${counts.added} added, ${counts.changed} changed, ${counts.known} known already.`)
  if (counts.taken !== undefined)
    printLine(
      `${counts.taken.count} taken from something else than an address alone, first ${counts.taken.first}.`,
    )
  if (counts.added === 0 || since !== null || !isAnyScreened(db)) return
  printLine(
    'Blocks screened before now were not searched for the added addresses: `chainscreen coverage` shows the gap; the same command with `--since HEIGHT` rescans them.',
  )
}
