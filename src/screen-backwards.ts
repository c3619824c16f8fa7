import type { ChainConfig } from './config/chains.ts'
import type { Config } from './config/schema.ts'
import { ChainscreenError } from './errors.ts'
import type { StepCounts } from './ledger/commit-step.ts'
import { takeDaemonLock } from './ledger/daemon-lock.ts'
import type { Db } from './ledger/database.ts'
import { loadLists } from './lists/load-lists.ts'
import type { Log } from './log.ts'
import { freezeContractsOn, knowFreezeLists } from './pipeline/know-freeze-lists.ts'
import { Memory } from './pipeline/memory.ts'
import { chainOf, createSource, pinned } from './pipeline/open-chain.ts'
import { workOffReplays } from './pipeline/work-off-replays.ts'

/**
 * Works off what of a chain is written down to be read again, unless a daemon is there to do it.
 *
 * @throws `aborted` on the signal.
 * @returns `null` when a daemon holds the database: it reads what was written down behind its followers.
 */
export async function screenBackwards(
  db: Db,
  config: Config,
  chainConfig: ChainConfig,
  options: {
    log: Log
    now: () => string
    signal: AbortSignal
    onProgress: (progress: { done: number; total: number }) => void
  },
): Promise<StepCounts | null> {
  const { log, now, signal, onProgress } = options
  const letGo = lockUnlessDaemon(db)
  if (letGo === null) return null
  const bare = createSource(chainConfig, { freezeContracts: freezeContractsOn(config, chainConfig.id) })
  try {
    await loadLists(db, config.lists, log, now)
    knowFreezeLists(db, config, now())
    const chain = chainOf(chainConfig, bare)
    const source = pinned(bare, db, chain, now)
    await source.open(signal)
    const { prefetch, finality } = chainConfig
    const wiring = { db, chain, memory: new Memory(db), now }
    return await workOffReplays(wiring, source, { prefetch, finality, signal, onProgress })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new ChainscreenError(
      'aborted',
      'Interrupted. What is left to read again is written down: the next daemon goes on, and so does the same command.',
    )
  } finally {
    await bare.close()
    letGo()
  }
}

function lockUnlessDaemon(db: Db): (() => void) | null {
  try {
    return takeDaemonLock(db)
  } catch (error) {
    if (error instanceof ChainscreenError && error.code === 'database-locked') return null
    throw error
  }
}
