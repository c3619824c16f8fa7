import type { ChainSource, Mempool } from '../../chains/source.ts'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import {
  commitMempool,
  type MempoolCounts,
  type MempoolPollResult,
} from '../../ledger/mempool/commit-mempool.ts'
import {
  type Absences,
  nextAbsences,
  noteMempool,
  pendingHashes,
  watchedSpends,
} from '../../ledger/mempool/pending-transactions.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { type Loop, startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import { type ChainContext, writing } from '../blocks/ledger-store.ts'
import { MempoolView } from './mempool-view.ts'

/** After a poll that took so long comes a pause of so many times as long: a large mempool may not keep the node busy. */
const restFactor = 4
const longestPauseMs = 60_000

/** Polls the mempool of one chain. */
export interface MempoolPoll {
  /** Begins, or does nothing if it has begun: where the follower has caught up for the first time. */
  start(): void
  /** One poll, now. A failure is logged and stored. */
  once(): Promise<void>
  stop(): Promise<void>
}

/** Polls a chain's mempool for as long as it is followed. A failure is logged, stored and retried; it stops nothing. */
export function startMempoolPoll(
  context: ChainContext,
  source: ChainSource,
  options: { pollMs: number; log: Log; signal: AbortSignal },
): MempoolPoll {
  const { db, chain, now } = context
  const { pollMs, log } = options
  const reader = createMempoolReader(context, source)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  let loop: Loop | undefined
  let failures = 0
  let logged: string | null = null

  async function pollOnce(): Promise<void> {
    const counts = await reader.poll(signal)
    if (counts.withdrawn > 0)
      log.info(
        { chain: chain.id, ...counts },
        `${chain.id}: ${counts.withdrawn} mempool alerts were withdrawn`,
      )
    if (logged !== null) log.info({ chain: chain.id }, `${chain.id}: the mempool can be read again`)
    logged = null
  }

  async function note(error: unknown): Promise<void> {
    const failure = messageOf(error)
    try {
      const state = { chain: chain.id, polledAt: now(), transactions: null, unread: null, failure }
      await inTurn(db, () => noteMempool(db, state))
    } finally {
      if (failure !== logged)
        log.warn({ chain: chain.id }, `${chain.id}: the mempool was not read: ${failure}`)
      logged = failure
    }
  }

  async function poll(): Promise<number> {
    const began = performance.now()
    try {
      await pollOnce()
      failures = 0
    } catch (error) {
      if (signal.aborted) return 0
      failures++
      try {
        await note(error)
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
        await pollOnce()
      } catch (error) {
        if (!signal.aborted) await note(error)
      }
    },
    async stop() {
      stop.abort()
      await loop?.stop()
    },
  }
}

/** New own addresses are mostly new to the world too: the mempool is read again for them, but not all the time. */
const usualRereadMs = 10 * 60_000

/** Polls one chain's mempool, again and again. */
export interface MempoolReader {
  /** Reads what is new, and writes what changed. @throws what the source throws. */
  poll(signal: AbortSignal): Promise<MempoolCounts>
}

/**
 * An unconfirmed transaction goes through extraction and screening into the ledger, as a block does: the same alerts with
 * the same ids, and the status `pending-mempool`.
 *
 * @param options.rereadMs at most this often the whole mempool is read again because own addresses were added.
 */
export function createMempoolReader(
  context: ChainContext,
  source: ChainSource,
  options: { rereadMs?: number } = {},
): MempoolReader {
  const { db, chain, index, now } = context
  const { rereadMs = usualRereadMs } = options
  const own = index.ownOn(chain.id)
  const view = new MempoolView()
  let absences: Absences = new Map()
  let ownRevision = -1
  let toReadAgain = false
  let readAgainAt = Number.NEGATIVE_INFINITY

  const write = async (
    result: Pick<MempoolPollResult, 'conflicts' | 'absences'> & { among?: readonly string[] },
    total: MempoolCounts,
  ): Promise<void> => {
    const { among, ...seen } = result
    for (;;) {
      index.refresh()
      const { revisions } = index
      const at = now()
      const waiting = view.waiting(index.watchlist, Math.floor(Date.parse(at) / 1000), among)
      const counts = await writing(db, () => commitMempool(db, chain, { ...seen, waiting, revisions, at }))
      if (counts === null) continue
      for (const name of ['created', 'reinstated', 'withdrawn'] as const) total[name] += counts[name]
      return
    }
  }

  const list = async (signal: AbortSignal): Promise<Mempool> => {
    if (source.mempool === undefined)
      throw new ChainscreenError('node-missing-data', `The mempool of ${chain.id} can't be read.`)
    return source.mempool(signal)
  }

  return {
    async poll(signal) {
      const total: MempoolCounts = { created: 0, reinstated: 0, withdrawn: 0 }
      const mempool = await list(signal)
      index.refresh()
      if (index.revisions.own !== ownRevision) {
        ownRevision = index.revisions.own
        toReadAgain = true
        view.extractAgain(own)
      }
      if (toReadAgain && Date.parse(now()) >= readAgainAt) {
        toReadAgain = false
        readAgainAt = Date.parse(now()) + rereadMs
        view.forget()
      }
      const holds = new Set(mempool.hashes)
      const unread = await view.read(mempool, view.renew(holds), {
        own,
        watched: () => watchedSpends(db, chain.id),
        onRead: (among, conflicts) => write({ among, conflicts, absences: new Map() }, total),
        signal,
      })
      absences = nextAbsences(absences, pendingHashes(db, chain.id), holds, mempool.tips)
      await write({ conflicts: [], absences }, total)
      const state = { chain: chain.id, polledAt: now(), transactions: holds.size, unread, failure: null }
      await writing(db, () => noteMempool(db, state))
      return total
    },
  }
}
