import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createLog, type Log } from '../diagnostics/log.ts'
import type { StepCounts } from '../ledger/blocks/commit-step.ts'
import { askRescan, endAskedWithin } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { isDaemonBeating, takeDaemonLock } from '../ledger/file-locks.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { loadLists } from '../lists/load-lists.ts'
import { refuseUnfollowed, watchRescan } from '../operations/watch-rescan.ts'
import { chainOf, createSource, pinned } from '../pipeline/blocks/create-source.ts'
import { ScreeningIndex } from '../pipeline/blocks/screening-index.ts'
import { replay } from '../pipeline/rescans/replay.ts'
import { freezeContractsOn, resolveFreezeLists, storeAssets } from '../pipeline/store-config.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configOf,
  now,
  parseHeight,
  stopSignal,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { createProgress, type Progress, printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

interface Job {
  db: Db
  config: Config
  chain: ChainConfig
  range: { from: number; to: number }
  log: Log
  progress: Progress
}

/** `replay CHAIN --from H --to H`. */
export const replayCommand: CommandFactory = () =>
  command(
    'replay',
    'rescan a range of blocks; same ids, no duplicates. A running daemon does it, if there is one',
  )
    .argument('<chain>', chainHelp)
    .requiredOption('--from <height>', 'first block')
    .requiredOption('--to <height>', 'last block')
    .action(async (id: string, options: CommonOptions & { from: string; to: string }) => {
      const config = configOf(options)
      const chain = chainConfigOf(config, id)
      const range = { from: parseHeight(options.from), to: parseHeight(options.to) }
      const log = createLog(config.log.level)
      const progress = createProgress(log)
      const db = openLedger(config.database)
      const job = { db, config, chain, range, log, progress }
      try {
        const release = await lockUnlessDaemon(db)
        let counts: StepCounts
        if (release === null) counts = await byDaemon(job)
        else {
          try {
            counts = await replayHere(job)
            progress.stop()
            // Blocks of the range may have said who is frozen: what stood before them is matched with that.
            await rescreenAfter(db, options)
          } finally {
            release()
          }
        }
        progress.stop()
        if (options.json) return printJson({ chain: id, ...range, ...counts })
        printLine(
          `${id} ${range.from} to ${range.to}: ${counts.created} new alerts, ${counts.reinstated} reinstated, ${counts.known} existed already.`,
        )
      } finally {
        progress.stop()
        db.close()
      }
    })

/** @returns `null` where a daemon holds the lock. @throws `database-locked` where another process does, such as a second `replay`. */
async function lockUnlessDaemon(db: Db): Promise<(() => void) | null> {
  try {
    return await takeDaemonLock(db)
  } catch (error) {
    const isLocked = error instanceof ChainscreenError && error.code === 'database-locked'
    if (isLocked && isDaemonBeating(db, now())) return null
    throw error
  }
}

/** With the daemon's config and node, behind its follower. */
async function byDaemon({ db, chain: { id }, range, log, progress }: Job): Promise<StepCounts> {
  refuseUnfollowed(db, id)
  // From before the request stands: Ctrl-C right after it ends the command as it says.
  const signal = stopSignal()
  const asked = await inTurn(db, () => askRescan(db, id, range, now()))
  const about = { chain: id, ...range }
  log.info(
    about,
    `${id}: a daemon runs: blocks ${range.from} to ${range.to} are queued to it, and read with its config, behind its follower. Ctrl-C ends only the command, not the rescan`,
  )
  return watchRescan(db, asked, {
    signal,
    onProgress: (done, total) => progress.update(id, done, total),
    onWaiting: (reason) => log.info(about, `${id}: the rescan is waiting: ${reason}`),
  })
}

async function replayHere({
  db,
  config,
  chain: chainConfig,
  range,
  log,
  progress,
}: Job): Promise<StepCounts> {
  const { id, prefetch, finality } = chainConfig
  const bare = createSource(chainConfig, {
    freezeContracts: freezeContractsOn(config, id),
    retriesTraces: true,
  })
  try {
    await loadLists(db, config.lists, log, now)
    await resolveFreezeLists(db, config, now())
    await storeAssets(db, config.chains, log, now())
    const chain = chainOf(chainConfig, bare)
    const source = pinned(bare, db, chain, now)
    const signal = stopSignal()
    await source.open(signal)
    const context = { db, chain, index: new ScreeningIndex(db), now }
    const counts = await replay(context, source, {
      ...{ ...range, prefetch, finality, signal },
      onProgress: (height) => progress.update(id, height - range.from + 1, range.to - range.from + 1),
    })
    endAskedWithin(db, id, range, now())
    return counts
  } finally {
    await bare.close()
  }
}
