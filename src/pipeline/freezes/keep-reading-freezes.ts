import type { ChainSource } from '../../chains/source.ts'
import { ChainscreenError, isTemporary, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import type { Db } from '../../ledger/database.ts'
import { pause, startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import { compareFreezes, sentence } from './compare-freezes.ts'
import { newPace, readPastFreezes } from './read-past-freezes.ts'

/** Blocks become final as they are followed; one look at a small table tells whether any have. */
const lookEveryMs = 1_000
const usualFirstRetryMs = 250
const longestRetryMs = 60_000
/** To finish, a node gets this many chances in a row. */
const finishAttempts = 5

export interface PastReading {
  /** Ends the work after the call under way; to `finish`, after all that can be read now was. @throws then, what stops it. */
  stop(options: { finish: boolean }): Promise<void>
}

export interface PastReadingOptions {
  /** The contracts that lists of this chain have; none: there is nothing to do. */
  contracts: readonly string[]
  log: Log
  /** Now, ISO-8601. */
  now: () => string
  /** Ends finishing, too. */
  signal: AbortSignal
  /** How long to wait after the first failure in a row; doubled with each further one. Default 250. */
  firstRetryMs?: number
}

/**
 * Reads, beside the follower of a chain, what issuers froze before it was followed. Trouble with the node is said and
 * tried again, and halts no follower: until all is read the list is not complete, and says so.
 */
export function startReadingFreezes(
  db: Db,
  chain: { id: string },
  source: ChainSource,
  { contracts, log, now, signal: stopped, firstRetryMs = usualFirstRetryMs }: PastReadingOptions,
): PastReading {
  if (contracts.length === 0) return { stop: async () => {} }
  const pace = newPace()
  const about = { chain: chain.id }
  const retry = { firstMs: firstRetryMs, longestMs: longestRetryMs }

  /** All that can be read now. */
  async function read(until: AbortSignal): Promise<void> {
    const { freezes } = source
    if (freezes === undefined) return
    const options = { now, signal: until, pace }
    for (;;) {
      const ranges = await readPastFreezes(db, chain, freezes, options)
      const compared = until.aborted ? null : await compareFreezes(db, chain, freezes, options)
      if (compared !== null) {
        const said = `list ${compared.listId}: ${sentence(compared)}`
        if (compared.different.length === 0) log.info({ ...about, ...compared }, said)
        else log.error({ ...about, ...compared }, said)
      } else if (ranges === 0) return
    }
  }

  let failures = 0
  let opened = false
  const loop = startLoop(
    async (signal) => {
      try {
        if (!opened) await source.open(signal)
        opened = true
        await read(signal)
        failures = 0
        return lookEveryMs
      } catch (error) {
        // A node of another chain: the follower halts for it.
        if (signal.aborted || (error instanceof ChainscreenError && !isTemporary(error))) return null
        const retryMs = retryDelayMs(retry, ++failures)
        log.warn({ ...about, retryMs }, `past freezes on ${chain.id} were not read: ${messageOf(error)}`)
        return retryMs
      }
    },
    { signal: stopped },
  )

  return {
    async stop({ finish }) {
      await loop.stop()
      for (let attempt = 1; finish; attempt++) {
        try {
          return await read(stopped)
        } catch (error) {
          if (stopped.aborted) return
          if (attempt === finishAttempts || !isTemporary(error)) throw error
          await pause(retryDelayMs(retry, attempt), stopped)
        }
      }
    },
  }
}
