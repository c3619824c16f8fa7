import { type FollowerOptions, follow } from './chains/follower.ts'
import type { Watchdog } from './chains/watchdog.ts'
import type { ChainConfig } from './config/chains.ts'
import type { Config } from './config/schema.ts'
import { shallowFinality } from './config/shallow-finality.ts'
import { ChainscreenError, messageOf } from './errors.ts'
import { takeDaemonLock } from './ledger/daemon-lock.ts'
import type { Db } from './ledger/database.ts'
import { openLedger } from './ledger/open.ts'
import { loadLists } from './lists/load-lists.ts'
import { tendLists } from './lists/tend-lists.ts'
import type { Log } from './log.ts'
import { keepCanary } from './pipeline/canary.ts'
import { guardProgress } from './pipeline/guard-progress.ts'
import { keepReadingAhead } from './pipeline/keep-reading-ahead.ts'
import { keepReadingFreezes } from './pipeline/keep-reading-freezes.ts'
import { followAndReplay } from './pipeline/keep-replaying.ts'
import { keepRescreening } from './pipeline/keep-rescreening.ts'
import { freezeContractsOn, knowFreezeLists } from './pipeline/know-freeze-lists.ts'
import { createLedgerStore, type Wiring } from './pipeline/ledger-store.ts'
import { Memory } from './pipeline/memory.ts'
import { chainOf, createSource, pinned } from './pipeline/open-chain.ts'
import { createRecheck } from './pipeline/recheck.ts'
import { tendMempool } from './pipeline/tend-mempool.ts'
import { type ChainConditions, createChainConditions } from './server/chain-conditions.ts'
import { type HealthServer, startServer } from './server/server.ts'

export interface DaemonOptions {
  /** Catch up with the heads as they are now, and return. */
  once: boolean
  /** Ends the work after the step under way. */
  signal: AbortSignal
  log: Log
  /** Now, ISO-8601. */
  now?: () => string
  onProgress?: (progress: { chain: string; height: number; head: number }) => void
}

/**
 * Wires the rooms together and runs until the signal, or, with `once`, until every chain stands at its head. A
 * chain that halts leaves the others running.
 *
 * @throws ChainscreenError of the first chain that halted, once all have ended; and whatever stops the start.
 */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<void> {
  const { log, now = () => new Date().toISOString() } = options
  const db = openLedger(config.database)
  try {
    const letGo = takeDaemonLock(db)
    const conditions = createChainConditions(
      config.chains.map(({ id }) => id),
      now,
    )
    let server: HealthServer | undefined
    try {
      if (config.server !== undefined && !options.once) {
        server = await startServer(config.server, { db, config, conditions, now })
        log.info(`health and metrics at ${server.url}`)
      }
      const loaded = loadLists(db, config.lists, log, now, {
        download: options.once ? 'all' : 'missing',
        signal: options.signal,
      })
      const stopLists = options.once ? async () => {} : tendLists(db, config.lists, log, now, loaded)
      try {
        await loaded
        knowFreezeLists(db, config, now())
        const stopRescreening = keepRescreening(db, log, now)
        try {
          await followAll(config, db, { ...options, now, conditions })
        } finally {
          await stopRescreening({ finish: options.once && !options.signal.aborted })
        }
      } finally {
        await stopLists()
      }
    } catch (error) {
      // Told to stop while lists were still loading: that is how it ends.
      const stopped = error instanceof ChainscreenError && error.code === 'aborted' && options.signal.aborted
      if (!stopped) throw error
    } finally {
      await server?.close()
      letGo()
    }
  } finally {
    db.close()
  }
}

/** What a daemon that runs has beside what it was told. */
type Running = DaemonOptions & { now: () => string; conditions: ChainConditions }

async function followAll(config: Config, db: Db, options: Running): Promise<void> {
  const memory = new Memory(db)
  const stopReading = keepReadingAhead(memory, options.log)
  const stopCanary = config.canary === undefined ? undefined : keepCanary(db, memory, config.canary, options)
  if (config.chains.length === 0) options.log.warn('no chain is configured: nothing is followed')
  const guarded = guardProgress(config.chains, options)
  const signal = AbortSignal.any([options.signal, guarded.signal])
  const freezesOn = (chain: string) => freezeContractsOn(config, chain)
  const job = { ...options, signal, watchdog: guarded.watchdog, freezesOn }
  try {
    const all = Promise.allSettled(config.chains.map((chain) => followChain(chain, db, memory, job)))
    // What is stuck may not hear a signal: the stall does not wait for it.
    const ends = await Promise.race([all, guarded.stalled])
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  } finally {
    guarded.watchdog.stop()
    await stopReading()
    await stopCanary?.()
  }
}

async function followChain(
  config: ChainConfig,
  db: Db,
  memory: Memory,
  options: Running & { watchdog: Watchdog; freezesOn: (chain: string) => string[] },
): Promise<void> {
  const { log, now, watchdog, conditions } = options
  const freezeContracts = options.freezesOn(config.id)
  const bare = createSource(config, {
    freezeContracts,
    onChange: ({ endpoint, what, reason }) => {
      const about = { chain: config.id, endpoint }
      if (what === 'leads') log.info(about, `${config.id} is read from ${endpoint}`)
      else if (what === 'polled') log.info(about, `${config.id}: heads of ${endpoint} are polled: ${reason}`)
      else log.warn(about, `${config.id}: ${endpoint} is set aside: ${reason}`)
    },
  })
  const chain = chainOf(config, bare)
  const source = pinned(bare, db, chain, now)
  const about = { chain: chain.id }
  const wiring: Wiring = {
    ...{ db, chain, memory, now },
    onAlerts: (counts) => log.warn({ ...about, ...counts }, `alerts on ${chain.id}`),
  }
  const recheck =
    config.recheck === undefined
      ? undefined
      : createRecheck(wiring, source, config.recheck, (difference) =>
          log.error(
            { ...about, ...difference },
            `${chain.id}: block ${difference.height} reads differently now`,
          ),
        )
  const mempool = config.mempool
    ? tendMempool(wiring, source, { pollMs: config.pollMs, log, signal: options.signal })
    : undefined
  const settings: FollowerOptions = {
    chain: chain.id,
    source,
    store: createLedgerStore(wiring),
    start: config.start,
    finality: config.finality,
    prefetch: config.prefetch,
    pollMs: config.pollMs,
    once: options.once,
    signal: options.signal,
    onLook: async () => {
      watchdog.looked(chain.id)
      conditions.fine(chain.id)
      await recheck?.run(options.signal)
      if (!options.once) mempool?.start()
    },
    onProgress: (progress) => {
      watchdog.moved(chain.id)
      conditions.fine(chain.id)
      options.onProgress?.({ chain: chain.id, ...progress })
    },
    // Trouble is no progress: a node that is away is waited for as long as the watchdog allows.
    onTrouble: (error, retryMs) => {
      conditions.waiting(chain.id, messageOf(error))
      log.warn({ ...about, retryMs }, `${chain.id}: ${messageOf(error)}`)
    },
    onReorg: (from, fork) =>
      log.warn(
        { ...about, from: from.height, fork: fork?.height ?? null },
        `${chain.id}: a branch lost; back from ${from.height} to ${fork?.height ?? 'the start'}`,
      ),
  }
  const shallow = shallowFinality(config)
  if (shallow !== null) log.warn(about, `${chain.id}: ${shallow}`)
  log.info({ ...about, node: source.endpoint }, `following ${chain.id} at ${source.endpoint}`)
  const past = keepReadingFreezes(db, chain, source, { ...options, contracts: freezeContracts })
  try {
    try {
      await followAndReplay(wiring, config, options, () => follow(settings))
      if (options.once && !options.signal.aborted) await mempool?.once()
      log.info(about, `${chain.id} ${options.signal.aborted ? 'stopped' : 'is at its head'}`)
    } catch (error) {
      const details = error instanceof ChainscreenError ? error.details : []
      conditions.halted(chain.id, messageOf(error))
      log.error(about, [`${chain.id} halted: ${messageOf(error)}`, ...details].join(' '))
      throw error
    }
    await past.stop({ finish: options.once && !options.signal.aborted })
  } finally {
    watchdog.ended(chain.id)
    await mempool?.stop()
    await past.stop({ finish: false })
    await source.close()
  }
}
