import type { ChainConfig } from '../../config/chains.ts'
import { isMissing, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { pendingReplays, type ReplayCause } from '../../ledger/blocks/replays.ts'
import { pendingLookback } from '../../ledger/own/lookbacks.ts'
import { startLoop } from '../../lifecycle/loop.ts'
import { openSource, type SourceOptions } from '../blocks/create-source.ts'
import type { ChainContext } from '../blocks/ledger-store.ts'
import { resolveLookback } from './resolve-lookback.ts'
import { workOffReplays } from './run-rescans.ts'

/** Requests come from other processes; one look at an index finds them. */
const lookEveryMs = 1_000
/** What failed again and again, such as blocks that the node has pruned, is tried more and more rarely. */
const longestPauseMs = 60_000

interface ReplayingOptions {
  freezeContracts: readonly string[]
  readers?: SourceOptions['readers']
  log: Log
  signal: AbortSignal
  /** Blocks done and in all, of the rescan under way. */
  onRescan?: (progress: { chain: string; done: number; total: number }) => void
}

/** For the log: why blocks are read again. */
const reasons: Record<ReplayCause, string> = {
  added: 'own addresses that are new',
  removed: 'own addresses that were removed',
  start: 'a lower `start`',
  asked: '`replay`',
}

/**
 * Rescans blocks in the background of a follower: see {@link ReplayCause}. It has a
 * connection of its own to the node, and waits while the follower is behind: deposits of today come first.
 *
 * @param options.freezeContracts as for the follower's source: a reading without them would close gaps that it has not
 * looked at. @param options.signal ends the work that is left to `finish`.
 * @returns stops after the step under way, or, to `finish`, when nothing is left to do but what the node does not have, and
 * throws what else hinders it.
 */
export function startRescans(
  context: ChainContext,
  config: ChainConfig,
  { freezeContracts, readers, log, signal: ends, onRescan }: ReplayingOptions,
): (options: { finish: boolean }) => Promise<void> {
  const { db, chain } = context
  let pauseMs = lookEveryMs
  let tried = ''
  let nextTry = 0
  let nextLookback = 0
  const loop = startLoop(async (signal) => {
    try {
      await queueLookbacks(signal)
      const left = whatIsLeft()
      // What was asked for since does not wait for what failed.
      if (left !== tried) [pauseMs, nextTry] = [lookEveryMs, 0]
      if (left !== '' && !isBehind(context, config.prefetch) && Date.now() >= nextTry) {
        try {
          await workOff(left, signal)
        } finally {
          tried = whatIsLeft()
          pauseMs = Math.min(pauseMs * 2, longestPauseMs)
          nextTry = Date.now() + pauseMs
        }
      }
    } catch (error) {
      // A reorg under way, a node that is away: what is written down stays so.
      if (!signal.aborted)
        log.warn({ chain: chain.id }, `${chain.id}: the rescan will be retried: ${messageOf(error)}`)
    }
    return lookEveryMs
  })

  /**
   * What own sources ask for becomes a rescan. One that fails is tried again after a pause. What the node does not have holds up
   * nothing else.
   */
  async function queueLookbacks(stopped: AbortSignal): Promise<void> {
    if (pendingLookback(db, chain.id) === null || Date.now() < nextLookback) return
    nextLookback = Date.now() + longestPauseMs
    try {
      await resolveLookback(context, config, { freezeContracts, log, signal: stopped })
      nextLookback = 0
    } catch (error) {
      if (stopped.aborted || !isMissing(error)) throw error
      log.warn(
        { chain: chain.id },
        `${chain.id}: the rescan for new own addresses will be retried: ${messageOf(error)}`,
      )
    }
  }

  /** The blocks that are left to read again, in words. */
  function whatIsLeft(): string {
    return pendingReplays(db, chain.id)
      .map(({ next, to, cause }) => `${next} to ${to} (for ${reasons[cause]})`)
      .join(', ')
  }

  async function workOff(blocks: string, stopped: AbortSignal): Promise<void> {
    const pause = new AbortController()
    const signal = AbortSignal.any([stopped, pause.signal])
    const about = { chain: chain.id }
    log.info(about, `${chain.id}: rescan of blocks ${blocks}`)
    const onProgress = () => {
      if (isBehind(context, config.prefetch)) pause.abort()
    }
    try {
      const { failures, ...counts } = await readAgain(signal, onProgress)
      if (failures.length === 0) log.info({ ...about, ...counts }, `${chain.id}: the rescan is done`)
    } catch (error) {
      if (!pause.signal.aborted) throw error
    }
  }

  async function readAgain(signal: AbortSignal, onProgress: () => void) {
    const { prefetch, finality } = config
    const failures: unknown[] = []
    const counts = await workOffReplays(
      context,
      () => openSource(config, { freezeContracts, readers, retriesTraces: true }, signal),
      {
        ...{ prefetch, finality, signal },
        onProgress: (progress) => {
          onRescan?.({ chain: chain.id, ...progress })
          onProgress()
        },
        onFailed: ({ next, to, cause }, error) => {
          failures.push(error)
          const advice =
            cause === 'start' && isMissing(error)
              ? ' Use a node that has these blocks, or raise `start` to the first one that it has.'
              : ''
          log.warn(
            { chain: chain.id, next, to },
            `${chain.id}: the rescan of blocks ${next} to ${to} will be retried: ${messageOf(error)}${advice}`,
          )
        },
      },
    )
    return { ...counts, failures }
  }

  return async ({ finish }) => {
    await loop.stop()
    if (!finish || ends.aborted) return
    try {
      nextLookback = 0
      await queueLookbacks(ends)
      if (whatIsLeft() === '') return
      const { failures } = await readAgain(ends, () => {})
      // What the node does not have is a gap of the coverage. It is no reason to halt.
      const failure = failures.find((error) => !isMissing(error))
      if (failure !== undefined) throw failure
    } catch (error) {
      if (!ends.aborted) throw error
    }
  }
}

/** Follows, and reads again behind it. @param options.once when it ends well, nothing is left to be read again that the node has. */
export async function followAndRescan(
  context: ChainContext,
  config: ChainConfig,
  options: ReplayingOptions & { once: boolean },
  follow: () => Promise<void>,
): Promise<void> {
  const stop = startRescans(context, config, options)
  let finish = false
  try {
    await follow()
    finish = options.once
  } finally {
    await stop({ finish })
  }
}

/** Whether a follower has more to do than the blocks that just came. */
function isBehind({ db, chain }: ChainContext, prefetch: number): boolean {
  const { cursor, headHeight } = readChainState(db, chain.id)
  return cursor === null || (headHeight ?? 0) - cursor.height > prefetch
}
