import type { ChainConfig } from '../../config/chains.ts'
import type { Config } from '../../config/schema.ts'
import { ChainscreenError, isMissing, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import type { StepCounts } from '../../ledger/blocks/commit-step.ts'
import type { Replay } from '../../ledger/blocks/replays.ts'
import type { Db } from '../../ledger/database.ts'
import { takeDaemonLock } from '../../ledger/file-locks.ts'
import { loadLists } from '../../lists/load-lists.ts'
import { chainOf, createSource, openSource, pinned } from '../blocks/create-source.ts'
import { ScreeningIndex } from '../blocks/screening-index.ts'
import { freezeContractsOn, resolveFreezeLists, storeAssets } from '../store-config.ts'
import { workOffReplays } from './run-rescans.ts'

/**
 * Works off what of a chain is written down to be read again, unless a daemon is there to do it.
 *
 * @param asked the one of them that was asked for.
 * @throws `aborted` on the signal, and what hinders the one that was asked for; of the others the log tells.
 * @returns `null` when a daemon holds the database: it reads what was written down behind its followers.
 */
export async function screenBackwards(
  db: Db,
  config: Config,
  chainConfig: ChainConfig,
  asked: Replay,
  options: {
    log: Log
    now: () => string
    signal: AbortSignal
    onProgress: (progress: { done: number; total: number }) => void
  },
): Promise<StepCounts | null> {
  const { log, now, signal, onProgress } = options
  const release = await lockUnlessDaemon(db)
  if (release === null) return null
  const sourceOptions = { freezeContracts: freezeContractsOn(config, chainConfig.id), retriesTraces: true }
  const bare = createSource(chainConfig, sourceOptions)
  try {
    await loadLists(db, config.lists, log, now)
    await resolveFreezeLists(db, config, now())
    await storeAssets(db, config.chains, log, now())
    const chain = chainOf(chainConfig, bare)
    const source = pinned(bare, db, chain, now)
    // Binds the chain, before anything is read.
    await source.open(signal)
    const { prefetch, finality } = chainConfig
    const context = { db, chain, index: new ScreeningIndex(db), now }
    let failure: unknown
    const counts = await workOffReplays(context, () => openSource(chainConfig, sourceOptions, signal), {
      ...{ prefetch, finality, signal, onProgress },
      onFailed: ({ id, next, to }, error) => {
        if (id === asked.id) failure = error
        else
          log.warn(
            { chain: chain.id, next, to },
            `${chain.id}: blocks ${next} to ${to}, queued earlier, can't be rescanned: ${messageOf(error)}`,
          )
      },
    })
    if (failure !== undefined) throw failure
    return counts
  } catch (error) {
    if (!signal.aborted) throw error
    throw new ChainscreenError(
      'aborted',
      'Interrupted. The rest of the rescan is queued: the next daemon continues it, and so does the same command.',
    )
  } finally {
    await bare.close()
    release()
  }
}

async function lockUnlessDaemon(db: Db): Promise<(() => void) | null> {
  try {
    return await takeDaemonLock(db)
  } catch (error) {
    if (error instanceof ChainscreenError && error.code === 'database-locked') return null
    throw error
  }
}

/**
 * Those of these heights whose blocks the chain's node does not have. Blocks are read whole: a pruned node still knows the
 * hashes of those it has not. Where the node can't be asked now, none is said to be missing.
 *
 * @throws on the signal alone.
 */
export async function missingBlocks(
  config: ChainConfig,
  heights: readonly number[],
  signal: AbortSignal,
): Promise<Set<number>> {
  const missing = new Set<number>()
  for (const height of new Set(heights)) {
    const served = await isServed(config, height, signal)
    if (served === null) break
    if (!served) missing.add(height)
  }
  return missing
}

/** @returns `null` where the node can't be asked now. @throws on the signal alone. */
async function isServed(config: ChainConfig, height: number, signal: AbortSignal): Promise<boolean | null> {
  // One for each height: what a node of a pool does not have is held against it.
  // Traces may be gone where the block is not, and are then done without.
  const bare =
    config.type === 'evm' && config.traces === 'auto' ? { ...config, traces: 'off' as const } : config
  const source = await openSource(bare, {}, signal).catch((error) => {
    if (signal.aborted) throw error
    return null
  })
  if (source === null) return null
  try {
    const block = await source.block(height, signal)
    source.release?.(block)
    return true
  } catch (error) {
    if (signal.aborted) throw error
    return isMissing(error) ? false : null
  } finally {
    await source.close()
  }
}

/**
 * The first block at or above a height that the chain's node has, if it has every later one too.
 *
 * @returns `null` if it has none up to `last`, or can't be asked now. @throws on the signal alone.
 */
export async function firstServed(
  config: ChainConfig,
  height: number,
  last: number,
  signal: AbortSignal,
): Promise<number | null> {
  let isKnown = true
  const first = await firstHeight(height, last, async (at) => {
    const served = await isServed(config, at, signal)
    if (served === null) isKnown = false
    return served === true
  })
  return isKnown && first <= last ? first : null
}

/** Searches by halving for the first height of a range that has something which all later ones have too. @returns `last + 1` for none. */
export async function firstHeight(
  from: number,
  last: number,
  has: (height: number) => Promise<boolean>,
): Promise<number> {
  if (await has(from)) return from
  let without = from
  let first = last + 1
  while (first - without > 1) {
    const middle = Math.floor((without + first) / 2)
    if (await has(middle)) first = middle
    else without = middle
  }
  return first
}
