import type { ChainSource } from '../../chains/source.ts'
import { messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { noteMempool } from '../../ledger/mempool/mempools.ts'
import { type Loop, startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import type { Wiring } from '../blocks/ledger-store.ts'
import { createMempoolWatch } from './look-at-mempool.ts'

/** After a look that took so long comes a pause of so many times as long: a large mempool may not keep the node busy. */
const restFactor = 4
const longestPauseMs = 60_000

/** Tends the mempool of one chain. */
export interface MempoolTending {
  /** Begins, or does nothing if it has begun: where the follower has caught up for the first time. */
  start(): void
  /** One look, now. What fails is said and written down. */
  once(): Promise<void>
  stop(): Promise<void>
}

/** Looks at a chain's mempool for as long as it is followed. What fails is said, written down, and tried again; it stops nothing. */
export function tendMempool(
  wiring: Wiring,
  source: ChainSource,
  options: { pollMs: number; log: Log; signal: AbortSignal },
): MempoolTending {
  const { db, chain, now } = wiring
  const { pollMs, log } = options
  const watch = createMempoolWatch(wiring, source)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  let loop: Loop | undefined
  let failures = 0
  let said: string | null = null

  async function look(): Promise<void> {
    const counts = await watch.look(signal)
    const { created, reinstated, withdrawn } = counts
    if (created + reinstated + withdrawn > 0)
      log.warn({ chain: chain.id, ...counts }, `mempool alerts on ${chain.id}`)
    if (said !== null) log.info({ chain: chain.id }, `${chain.id}: the mempool can be read again`)
    said = null
  }

  function note(error: unknown): void {
    const trouble = messageOf(error)
    try {
      noteMempool(db, { chain: chain.id, lookedAt: now(), transactions: null, unread: null, trouble })
    } finally {
      if (trouble !== said) log.warn({ chain: chain.id }, `${chain.id}: the mempool was not read: ${trouble}`)
      said = trouble
    }
  }

  async function poll(): Promise<number> {
    const began = performance.now()
    try {
      await look()
      failures = 0
    } catch (error) {
      if (signal.aborted) return 0
      failures++
      try {
        note(error)
      } catch (failure) {
        log.error(messageOf(failure))
      }
    }
    const restMs = restFactor * (performance.now() - began)
    const pauseMs = retryDelayMs({ firstMs: pollMs, longestMs: longestPauseMs }, failures + 1, restMs)
    return Math.min(pauseMs, longestPauseMs)
  }

  return {
    start() {
      loop ??= startLoop(poll, { signal })
    },
    async once() {
      try {
        await look()
      } catch (error) {
        if (!signal.aborted) note(error)
      }
    },
    async stop() {
      stop.abort()
      await loop?.stop()
    },
  }
}
