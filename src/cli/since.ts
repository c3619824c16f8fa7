import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from '../diagnostics/log.ts'
import { pendingReplays, type Replay, refuseAboveHead } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { chainOfHeight } from '../own/chain-of-height.ts'
import type { WatchedFamily } from '../own/own-row.ts'
import { missingBlocks } from '../pipeline/rescans/missing-blocks.ts'
import { screenBackwards } from '../pipeline/rescans/screen-backwards.ts'
import { now, parseHeight, stopSignal } from './common.ts'
import { printLine } from './output.ts'
import { createProgress } from './progress.ts'

export const sinceHelp = 'rescan the blocks from this height on for the added addresses'

/** What was asked for with `--since`, checked before anything is added. */
export interface Since {
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
  const missing = await missingBlocks(chain, heights)
  const stuck = earlier.filter(({ next }) => missing.has(next))
  return { chain, height, isMissing: missing.has(height), stuck }
}

/** What came of it, for `--json`. */
export interface BackwardsReport {
  chain: string
  from: number
  to: number
  /** `left`: a daemon does it. */
  state: 'done' | 'left'
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
    return { chain: chain.id, from, to, state: counts === null ? 'left' : 'done', ...(counts ?? none) }
  } finally {
    progress.stop()
  }
}

export function saySince(report: BackwardsReport | null): void {
  if (report === null)
    printLine('No block at or above that height was screened yet: there is nothing to rescan.')
  else if (report.state === 'left') {
    printLine(
      `The running daemon rescans blocks ${report.from} to ${report.to} of ${report.chain}, behind its follower: \`chainscreen coverage\` shows what is left.`,
    )
  } else {
    printLine(
      `${report.chain} ${report.from} to ${report.to} rescanned: ${report.created} new alerts, ${report.reinstated} reinstated, ${report.known} existed already.`,
    )
  }
}
