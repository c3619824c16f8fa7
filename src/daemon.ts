import { type ChainConditions, createChainConditions } from './chains/chain-conditions.ts'
import type { Config } from './config/schema.ts'
import { ChainscreenError } from './errors.ts'
import { takeDaemonLock } from './ledger/daemon-lock.ts'
import type { Db } from './ledger/database.ts'
import { watchDatabaseFile } from './ledger/database-file.ts'
import { leftChains, leftChainText, leftOwnChains, leftOwnText } from './ledger/left-behind.ts'
import { openLedger } from './ledger/open.ts'
import { pause } from './lifecycle/loop.ts'
import { loadLists } from './lists/load-lists.ts'
import { tendLists } from './lists/tend-lists.ts'
import type { Log } from './log.ts'
import { startCanary } from './pipeline/canary.ts'
import { followChain } from './pipeline/follow-chain.ts'
import { guardProgress } from './pipeline/guard-progress.ts'
import { startReadingAhead } from './pipeline/keep-reading-ahead.ts'
import { startRescreening } from './pipeline/keep-rescreening.ts'
import { knowAssets } from './pipeline/know-assets.ts'
import { freezeContractsOn, knowFreezeLists } from './pipeline/know-freeze-lists.ts'
import { Memory } from './pipeline/memory.ts'
import { type HealthServer, startServer } from './server/server.ts'

export interface DaemonOptions {
  /** Catch up with the heads as they are now, and return. */
  once: boolean
  /** Make the database where there is none. Default false: a database that vanished must not come back empty. */
  create?: boolean
  /** Ends the work after the step under way. */
  signal: AbortSignal
  log: Log
  /** Now, ISO-8601. */
  now?: () => string
  onProgress?: (progress: { chain: string; height: number; head: number }) => void
  /** Blocks done and in all, of the rescan under way. */
  onRescan?: (progress: { chain: string; done: number; total: number }) => void
}

/**
 * Wires the rooms together and runs until the signal, or, with `once`, until every chain stands at its head. A
 * chain that halts leaves the others running.
 *
 * @throws ChainscreenError of the first chain that halted, once all have ended; and whatever stops the start.
 */
export async function runDaemon(config: Config, given: DaemonOptions): Promise<void> {
  const { log, now = () => new Date().toISOString(), create = false } = given
  const db = openLedger(config.database, { create })
  try {
    const letGo = takeDaemonLock(db)
    const file = watchDatabaseFile(db, now)
    const options = { ...given, signal: AbortSignal.any([given.signal, file.signal]) }
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
        knowAssets(db, config.chains, log, now())
        const followed = config.chains.map(({ id }) => id)
        for (const left of leftChains(db, followed)) log.warn({ chain: left.id }, leftChainText(left))
        for (const left of leftOwnChains(db, followed)) log.warn({ chain: left.chain }, leftOwnText(left))
        const stopRescreening = startRescreening(db, log, now)
        try {
          await followAll(config, db, { ...options, now, conditions, lost: file.lost })
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
      await file.stop()
      await server?.close()
      letGo()
    }
    // However the work ended then, that is why.
    if (file.signal.aborted) await file.lost
  } finally {
    db.close()
  }
}

/** What a daemon that runs has beside what it was told. */
type Running = DaemonOptions & { now: () => string; conditions: ChainConditions; lost: Promise<never> }

async function followAll(config: Config, db: Db, options: Running): Promise<void> {
  const memory = new Memory(db)
  const reading = startReadingAhead(memory, options.log)
  const canary = config.canary === undefined ? undefined : startCanary(db, memory, config.canary, options)
  if (config.chains.length === 0) options.log.warn(withoutChains(options.once))
  const guarded = guardProgress(config.chains, options)
  const signal = AbortSignal.any([options.signal, guarded.signal])
  const job = { ...options, db, memory, signal, watchdog: guarded.watchdog }
  try {
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
    const ends = await Promise.race([all, guarded.stalled, options.lost])
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  } finally {
    guarded.watchdog.stop()
    await reading.stop()
    await canary?.stop()
  }
}

function withoutChains(once: boolean): string {
  const what = 'no chain is configured: no block is screened'
  return once ? what : `${what}; lists are kept up to date, and \`screen\` answers from them`
}

/** Keeps the process alive, which waiting for a signal alone does not. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(Number.POSITIVE_INFINITY, signal)
}
