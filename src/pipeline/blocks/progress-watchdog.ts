import { createWatchdog, type Watchdog } from '../../chains/watchdog.ts'
import type { ChainConfig } from '../../config/chains.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'

/** A watchdog over all chains of a daemon, and what happens when it bites. */
interface ProgressWatch {
  watchdog: Watchdog
  /** Aborted when a chain stalls: the others end their step. */
  signal: AbortSignal
  /** Chains whose node answers, and whose head does not move: since when, ISO-8601, and what is known of it. */
  stale: ReadonlyMap<string, { since: string; reason: string }>
  /** Rejects with `stalled` when a chain stalls; otherwise never settles. */
  stalled: Promise<never>
}

/** @param options.once work with an end needs no watchdog. */
export function startProgressWatchdog(
  chains: readonly ChainConfig[],
  { log, once, now }: { log: Log; once: boolean; now: () => string },
): ProgressWatch {
  const stop = new AbortController()
  let bite: (error: ChainscreenError) => void = () => {}
  const stalled = new Promise<never>((_resolve, reject) => {
    bite = reject
  })
  // Nobody may be waiting for it any more.
  stalled.catch(() => {})
  const stale = new Map<string, { since: string; reason: string }>()
  const watchdog = createWatchdog(once ? [] : chains, {
    onStall(chain, forMs) {
      bite(
        new ChainscreenError(
          'stalled',
          `No progress on chain ${chain} for ${Math.round(forMs / 1000)} seconds: the daemon ends, to be restarted.`,
        ),
      )
      stop.abort()
    },
    onStale(chain, forMs) {
      const reason = `no new block for ${Math.round(forMs / 60_000)} minutes; is the node stuck?`
      stale.set(chain, { since: new Date(Date.parse(now()) - forMs).toISOString(), reason })
      log.error({ chain, forMs }, `${chain}: ${reason}`)
    },
    onFresh(chain) {
      stale.delete(chain)
      log.info({ chain }, `${chain}: new blocks arrive again`)
    },
  })
  return { watchdog, signal: stop.signal, stale, stalled }
}
