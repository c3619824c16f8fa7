import { type ChainConditions, createChainConditions, startProgressWatchdog } from './chains/watchdog.ts'
import type { Config } from './config/schema.ts'
import { registerSinks, startDelivery } from './delivery/start-delivery.ts'
import { ChainscreenError } from './diagnostics/errors.ts'
import type { Log } from './diagnostics/log.ts'
import type { Act } from './ledger/audit.ts'
import type { Db } from './ledger/database.ts'
import { watchDatabaseFile } from './ledger/database-file.ts'
import { newEpochText, renewEpochWhereRestored } from './ledger/events/epoch.ts'
import { takeDaemonLock } from './ledger/file-locks.ts'
import { createGroupCommit } from './ledger/group-commit.ts'
import { leftChains, leftChainText, leftOwnChains, leftOwnText } from './ledger/left-behind.ts'
import { openLedger } from './ledger/open.ts'
import { onLoadWait } from './ledger/while-loading.ts'
import { inTurn, shareTurns, WriteTurns } from './ledger/write-turns.ts'
import { type CloseStack, withCloseStack } from './lifecycle/close-stack.ts'
import { pause } from './lifecycle/loop.ts'
import { requireSecondPerson } from './operations/decide.ts'
import { type ChainJob, followChain } from './pipeline/blocks/follow-chain.ts'
import { ScreeningIndex, startReadingAhead } from './pipeline/blocks/screening-index.ts'
import { startCanary } from './pipeline/canary.ts'
import { startLoggingAlerts } from './pipeline/log-alerts.ts'
import { reportProblems, startReportingProblems } from './pipeline/report-problems.ts'
import { freezeContractsOn } from './pipeline/store-config.ts'
import { serverSettings } from './server/context.ts'
import { startServer } from './server/server.ts'
import { type Loader, startLoader } from './threads/loader.ts'
import { startLoaderThread } from './threads/loader-thread.ts'
import { Readers, readerCount } from './threads/readers.ts'
import { type ServerThread, startServerThread } from './threads/server-thread.ts'

export interface DaemonOptions {
  /** Catch up with the heads as they are now, and return. */
  once: boolean
  /** Make the database where there is none. Default false: a database that vanished must not come back empty. */
  create?: boolean
  /** Ends the work after the step under way. */
  signal: AbortSignal
  log: Log
  /**
   * Now, ISO-8601. A function can't be handed to another thread: with it, all of the daemon runs in this one, as with
   * `threads: { readers: 0 }` in the config.
   */
  now?: () => string
  onProgress?: (progress: { chain: string; height: number; head: number }) => void
  /** While a large database of an earlier version is brought up to date: transactions done and in all. */
  onUpgrade?: (name: string, done: number, total: number) => void
  /** Blocks done and in all, of the rescan under way. */
  onRescan?: (progress: { chain: string; done: number; total: number }) => void
}

/**
 * Runs the daemon until the signal, or, with `once`, until every chain is at its head. If a chain halts, the others
 * go on.
 *
 * @throws ChainscreenError of the first chain that halted, once all have ended; `database-locked`, `database-newer` and
 * other codes if the start fails.
 * @example
 * const stop = new AbortController()
 * process.once('SIGTERM', () => stop.abort())
 * await runDaemon(loadConfig('chainscreen.yaml'), { once: false, signal: stop.signal, log: createLog('info') })
 */
export async function runDaemon(config: Config, given: DaemonOptions): Promise<void> {
  const { now = () => new Date().toISOString(), create = false } = given
  const readers = given.now === undefined ? readerCount(config.threads) : 0
  await withCloseStack(async ({ defer }) => {
    const db = openLedger(config.database, { create, onProgress: given.onUpgrade ?? (() => {}) })
    defer(() => db.close())
    onLoadWait(db, (text) => given.log.info(text))
    const chains = config.chains.map(({ id }) => id)
    defer(await takeDaemonLock(db, chains))
    if (await renewEpochWhereRestored(db)) given.log.info(newEpochText)
    const file = watchDatabaseFile(db, now)
    defer(file.stop)
    const signal = AbortSignal.any([given.signal, file.signal])
    try {
      await inTurn(db, () => requireSecondPerson(db, config.decisions.secondPerson, byDaemon(now())))
      await withCloseStack((stack) =>
        work(config, db, { ...given, now, signal, readers, lost: file.lost, stack }),
      )
    } catch (error) {
      // Told to stop while lists were still loading: that is how it ends.
      const stopped = error instanceof ChainscreenError && error.code === 'aborted' && signal.aborted
      if (!stopped) throw error
    }
    // However the work ended then, that is why.
    if (file.signal.aborted) await file.lost
  })
}

/** What the config asks for is done in the daemon's name. */
function byDaemon(at: string): Act {
  return { actor: 'chainscreen', note: null, at }
}

/** What a daemon that runs has beside what it was told. */
type Running = DaemonOptions & {
  now: () => string
  /** Threads that read blocks; 0: everything in this one. */
  readers: number
  lost: Promise<never>
  stack: CloseStack
}

/** Starts everything that runs beside the followers, and follows every chain. */
async function work(config: Config, db: Db, options: Running): Promise<void> {
  const { log, now, once, signal, stack } = options
  const chains = config.chains.map(({ id }) => id)
  const conditions = createChainConditions(chains, now)
  stack.defer(startLoggingAlerts(db, log).stop)
  let isReady = false
  const turns = new WriteTurns()
  if (options.readers > 0) shareTurns(db, turns)
  const server = once
    ? null
    : await startServing(config, db, { ...options, turns, conditions, isStarted: () => isReady })
  await registerSinks(db, config.delivery)
  const delivery = startDelivery(db, config.delivery, { log })
  // After everything that raises alerts has ended.
  stack.defer(() => delivery.stop({ finish: once && isReady && !signal.aborted, signal }))
  const loader =
    options.readers > 0 ? startLoaderThread(config, { ...options, turns }) : startLoader(db, config, options)
  stack.defer(() => loader.stop({ finish: once && isReady && !signal.aborted }))
  await loader.ready
  isReady = true
  server?.started()
  for (const left of leftChains(db, chains)) log.warn({ chain: left.id }, leftChainText(left))
  for (const left of leftOwnChains(db, chains)) log.warn({ chain: left.chain }, leftOwnText(left))
  const index = new ScreeningIndex(db)
  stack.defer(startReadingAhead(index, log).stop)
  if (config.canary !== undefined) stack.defer(startCanary(db, index, config.canary, options).stop)
  if (chains.length === 0) log.warn(withoutChains(once))
  const readers = options.readers === 0 ? undefined : new Readers(options.readers, log)
  if (readers !== undefined) stack.defer(() => readers.stop())
  await followAll(config, { ...options, db, index, conditions, loader, readers })
}

/** @returns `null` without `server` in the config. */
async function startServing(
  config: Config,
  db: Db,
  options: Running & { turns: WriteTurns; conditions: ChainConditions; isStarted: () => boolean },
): Promise<Pick<ServerThread, 'started'> | null> {
  if (config.server === undefined) return null
  const { log, now, conditions, isStarted, stack } = options
  const settings = serverSettings(config)
  const server =
    options.readers > 0
      ? await startServerThread({ ...options, database: config.database, settings })
      : {
          ...(await startServer({
            db,
            group: createGroupCommit(db),
            settings,
            conditions: conditions.all,
            isStarted,
            log,
            now,
          })),
          started: () => {},
        }
  stack.defer(() => server.close())
  log.info(`API, health and metrics at ${server.url}`)
  return server
}

async function followAll(
  config: Config,
  options: Omit<Running, 'readers'> &
    Pick<ChainJob, 'db' | 'index' | 'conditions' | 'readers'> & { loader: Loader },
): Promise<void> {
  const watched = startProgressWatchdog(config.chains, options)
  options.stack.defer(() => watched.watchdog.stop())
  const problems = { ...options, config, stale: watched.stale }
  if (!options.once) options.stack.defer(startReportingProblems(options.db, problems).stop)
  const { loader } = options
  const signal = AbortSignal.any([options.signal, watched.signal, loader.signal])
  const job = { ...options, signal, watchdog: watched.watchdog, widen: loader.widen }
  const all = Promise.allSettled(
    config.chains.map((chain) =>
      followChain(chain, { ...job, freezeContracts: freezeContractsOn(config, chain.id) }),
    ),
  ).then(async (ends) => {
    // Lists are kept up to date, and served, until the signal.
    if (config.chains.length === 0 && !options.once) await untilAborted(signal)
    return ends
  })
  // What is stuck may not hear a signal: the stall does not wait for it.
  const ends = await Promise.race([all, watched.stalled, options.lost])
  if (loader.signal.aborted) await loader.lost
  if (options.once) await reportProblems(options.db, problems)
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function withoutChains(once: boolean): string {
  const what = 'no chain is configured: no block is screened'
  return once ? what : `${what}; lists are kept up to date, and \`screen\` answers from them`
}

/** Keeps the process alive, which waiting for a signal alone does not. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(Number.POSITIVE_INFINITY, signal)
}
