import { type FollowerOptions, follow } from '../../chains/follower.ts'
import type { ChainSource } from '../../chains/source.ts'
import type { ChainConditions, Watchdog } from '../../chains/watchdog.ts'
import { type ChainConfig, shallowFinality } from '../../config/chains.ts'
import { finalRule } from '../../config/node.ts'
import { ChainscreenError, isTemporary, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { noteHalt } from '../../ledger/blocks/chain.ts'
import { lowerFinal, noteFinalRule, ruleChange } from '../../ledger/blocks/finality.ts'
import { lowestAskedFor, queueFromStart, raisedStart } from '../../ledger/blocks/lower-start.ts'
import type { Db } from '../../ledger/database.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import type { Readers } from '../../threads/readers.ts'
import { startReadingFreezes } from '../freezes/start-reading-freezes.ts'
import { type MempoolPoll, startMempoolPoll } from '../mempool/poll-mempool.ts'
import { createRecheck, type Recheck } from '../rescans/recheck.ts'
import { followAndRescan } from '../rescans/rescan-loop.ts'
import { chainOf, createSource, pinned, type SourceOptions } from './create-source.ts'
import { type ChainContext, createLedgerStore } from './ledger-store.ts'
import { rereadWhole } from './screen-blocks.ts'
import type { ScreeningIndex } from './screening-index.ts'

/** What one chain of a daemon is followed with. */
export interface ChainJob extends Pick<Required<ChainContext>, 'widen'> {
  db: Db
  index: ScreeningIndex
  /** Token contracts whose freezes are read, lower-case. */
  freezeContracts: readonly string[]
  /** Threads that read blocks; `undefined`: this one does. */
  readers: Readers | undefined
  watchdog: Watchdog
  conditions: ChainConditions
  /** Catch up with the head as it is now, and return. */
  once: boolean
  signal: AbortSignal
  log: Log
  /** Now, ISO-8601. */
  now: () => string
  onProgress?: (progress: { chain: string; height: number; head: number }) => void
  /** Blocks done and in all, of the rescan under way. */
  onRescan?: (progress: { chain: string; done: number; total: number }) => void
}

/**
 * Follows one chain, with everything that goes on beside its follower: the mempool, second readings, rescans, freezes of the
 * past. Says in the log how it goes.
 *
 * @throws what halts the chain.
 */
export async function followChain(config: ChainConfig, job: ChainJob): Promise<void> {
  const { db, index, log, now, widen, once, signal, conditions } = job
  const bare = sourceOf(config, job)
  const chain = chainOf(config, bare)
  const source = pinned(bare, db, chain, now)
  const about = { chain: chain.id }
  const context: ChainContext = {
    ...{ db, chain, index, now, widen },
    reread: rereadWhole(source, signal),
    onTraces: (away) => {
      if (away === null)
        log.info(about, `${chain.id}: call traces are available again; ${closeGaps(chain.id)}`)
      else
        log.warn(
          { ...about, since: away.since, height: away.height },
          `${chain.id}: blocks from ${away.height} on are screened without call traces (level \`logs\`): ${away.reason}`,
        )
    },
  }
  const mempool = config.mempool
    ? startMempoolPoll(context, source, { pollMs: config.pollMs, log, signal })
    : undefined
  const beside = { mempool, recheck: recheckOf(config, context, source, log) }
  for (const change of ruleChange(db, chain.id, finalRule(config))) log.warn(about, `${chain.id}: ${change}`)
  const lowered = await inTurn(db, () => lowerFinal(db, chain.id, config.finality.depth, now()))
  if (lowered !== null) {
    const { from, to, alerts } = lowered
    log.warn(
      { ...about, ...lowered },
      `${chain.id}: the final height ${from} was less than ${config.finality.depth} blocks below the last screened block; it is ${to ?? 'unset'} now, and ${alerts} alerts are pending again`,
    )
  }
  await queueOlderBlocks(config, context, log)
  await inTurn(db, () => noteFinalRule(db, chain.id, finalRule(config)))
  const shallow = shallowFinality(config)
  if (shallow !== null) log.warn(about, `${chain.id}: ${shallow}`)
  const past = startReadingFreezes(db, chain, source, { ...job, contracts: job.freezeContracts })
  try {
    try {
      const settings = followerOptions(config, context, source, beside, job)
      await followAndRescan(context, config, { ...job, readers: readersOf(job) }, () => follow(settings))
      if (once && !signal.aborted) await mempool?.once()
      log.info(about, `${chain.id} ${signal.aborted ? 'stopped' : 'is at its head'}`)
    } catch (error) {
      const details = error instanceof ChainscreenError ? error.details : []
      conditions.halted(chain.id, messageOf(error))
      const isHalt = !isTemporary(error)
      if (isHalt) await recordHalt(job, chain.id, messageOf(error))
      const ended = isHalt ? 'halted' : 'ended for now, and the next run goes on'
      log.error(about, [`${chain.id} ${ended}: ${messageOf(error)}`, ...details].join(' '))
      throw error
    }
    await past.stop({ finish: once && !signal.aborted })
  } finally {
    job.watchdog.ended(chain.id)
    await mempool?.stop()
    await past.stop({ finish: false })
    await source.close()
  }
}

/** What `start` asks for below what the ledger has is written down, to be read behind the follower. */
async function queueOlderBlocks(
  { start }: ChainConfig,
  { db, chain: { id }, now }: ChainContext,
  log: Log,
): Promise<void> {
  const { queued, dropped } = await inTurn(db, () => queueFromStart(db, id, start, now()))
  const from = lowestAskedFor(db, id)
  for (const range of queued)
    log.info(
      { chain: id, ...range },
      `${id}: blocks ${range.from} to ${range.to} were never screened and \`start\` asks for them: they are read behind the follower, and \`chainscreen coverage ${id}\` shows what is left`,
    )
  for (const range of dropped)
    log.info(
      { chain: id, ...range },
      `${id}: blocks ${range.from} to ${range.to} are not read any more: \`start\` is ${start} now`,
    )
  const raised = raisedStart(start, from)
  if (raised !== null) log.warn({ chain: id, start, from }, `${id}: ${raised}`)
}

/** So that `doctor` knows of it. A database that can't be written is the lesser failure here. */
async function recordHalt({ db, log, now }: ChainJob, chain: string, reason: string): Promise<void> {
  try {
    await inTurn(db, () => noteHalt(db, chain, reason, now()))
  } catch (error) {
    log.warn({ chain }, `${chain}: the halt could not be recorded: ${messageOf(error)}`)
  }
}

function closeGaps(chain: string): string {
  return `\`chainscreen coverage ${chain}\` shows the blocks that were screened without, and \`chainscreen replay ${chain} --from H --to H\` rescans them`
}

function sourceOf(config: ChainConfig, job: ChainJob): ChainSource {
  const { freezeContracts, log } = job
  return createSource(config, {
    freezeContracts,
    readers: readersOf(job),
    onChange: ({ endpoint, what, reason }) => {
      const about = { chain: config.id, endpoint }
      if (what === 'answers') log.info(about, `${config.id}: ${endpoint} answers again`)
      else if (what === 'leads') log.info(about, `${config.id} is read from ${endpoint}`)
      else if (what === 'polled') log.info(about, `${config.id}: heads of ${endpoint} are polled: ${reason}`)
      else if (what === 'reads') log.warn(about, `${config.id}: blocks of ${endpoint} are read by ${reason}`)
      else if (what === 'busy')
        log.warn(about, `${config.id}: ${endpoint} is overloaded: it answers ${reason} with HTTP 503`)
      else log.warn(about, `${config.id}: ${endpoint} is not used for now: ${reason}`)
    },
  })
}

function readersOf({ readers, index }: ChainJob): SourceOptions['readers'] {
  return readers && { threads: readers, own: index.ownTable }
}

function recheckOf(
  config: ChainConfig,
  context: ChainContext,
  source: ChainSource,
  log: Log,
): Recheck | undefined {
  const { id } = context.chain
  if (config.recheck === undefined) return undefined
  return createRecheck(context, source, config.recheck, (difference) =>
    log.error(
      { chain: id, ...difference },
      `${id}: block ${difference.height} differs on the second reading`,
    ),
  )
}

function followerOptions(
  config: ChainConfig,
  context: ChainContext,
  source: ChainSource,
  { mempool, recheck }: { mempool: MempoolPoll | undefined; recheck: Recheck | undefined },
  { db, log, now, watchdog, conditions, once, signal, onProgress }: ChainJob,
): FollowerOptions {
  const { id } = context.chain
  const { start, finality, prefetch, pollMs } = config
  let reportedAboveHead = false
  const works = () => {
    const before = conditions.all().find(({ chain }) => chain === id)
    conditions.fine(id)
    if (before?.state === 'waiting')
      log.info(
        { chain: id, since: before.since },
        `${id}: works again, after it failed since ${before.since}`,
      )
  }
  return {
    ...{ chain: id, source, store: createLedgerStore(context) },
    ...{ start, finality, prefetch, pollMs, once, signal },
    onOpen: () => {
      const { endpoint } = source
      log.info({ chain: id, node: endpoint }, `following ${id} at ${endpoint}`)
    },
    onLook: async () => {
      // A chain that is new to the ledger is in it from the first look on.
      await inTurn(db, () => noteFinalRule(db, id, finalRule(config)))
      watchdog.headRead(id)
      works()
      await inTurn(db, () => noteHalt(db, id, null, now()))
      await recheck?.run(signal)
      if (!once) mempool?.start()
    },
    onProgress: (progress) => {
      watchdog.moved(id)
      works()
      onProgress?.({ chain: id, ...progress })
    },
    // Trouble is no progress: a node that is away is waited for as long as the watchdog allows.
    onFailure: (error, retryMs) => {
      conditions.waiting(id, messageOf(error))
      log.warn({ chain: id, retryMs }, `${id}: ${messageOf(error)}`)
    },
    onAboveHead: (from, head) => {
      if (reportedAboveHead) return
      reportedAboveHead = true
      log.warn(
        { chain: id, start: from, head },
        `${id}: \`start\` is ${from}, above the node's head ${head}: nothing is screened until the chain gets there. If you meant an earlier block, lower \`start\``,
      )
    },
    onReorg: async (from, fork) => {
      log.warn(
        { chain: id, from: from.height, fork: fork?.height ?? null },
        `${id}: reorg: rolled back from ${from.height} to ${fork?.height ?? 'the start'}`,
      )
      await queueOlderBlocks(config, context, log)
    },
  }
}
