import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { startLoop } from '../lifecycle/loop.ts'

/** What is watched about one chain. */
interface WatchedChain {
  id: string
  /** So long without one completed look at the node, and the process is stuck. */
  stallMs: number
  /** So long without a new block, and something is wrong with the node; `null` on chains that may rest. */
  staleMs: number | null
}

interface WatchdogEvents {
  /** Nothing at all got done on this chain. */
  onStall(chain: string, forMs: number): void
  /** The node answers, and its head does not move. Said once each time. */
  onStale(chain: string, forMs: number): void
  /** The head moves again. */
  onFresh(chain: string): void
}

/** Looks at progress, not at connections: a socket can be open and mute for ever. */
export interface Watchdog {
  /** A look at the node was completed, whatever it found. One that failed is none: a node that is away is waited for until it counts as a stall. */
  headRead(chain: string): void
  /** The cursor moved. */
  moved(chain: string): void
  /** The chain is followed no more: nothing is expected of it. */
  ended(chain: string): void
  /** Compares everything with the clock. */
  check(): void
  /** Resolves when nothing is checked any more. */
  stop(): Promise<void>
}

const defaultCheckEveryMs = 1_000

export function createWatchdog(
  chains: readonly WatchedChain[],
  events: WatchdogEvents,
  clock: { nowMs(): number } = { nowMs: () => performance.now() },
  checkEveryMs = defaultCheckEveryMs,
): Watchdog {
  const started = clock.nowMs()
  const states = new Map(
    chains.map((chain) => [chain.id, { ...chain, headReadAt: started, movedAt: started, stale: false }]),
  )
  const check = (): void => {
    const now = clock.nowMs()
    for (const state of states.values()) {
      if (now - state.headReadAt > state.stallMs) events.onStall(state.id, now - state.headReadAt)
      if (state.staleMs === null || state.stale || now - state.movedAt <= state.staleMs) continue
      state.stale = true
      events.onStale(state.id, now - state.movedAt)
    }
  }
  const loop = startLoop(
    () => {
      check()
      return checkEveryMs
    },
    { ref: false },
  )
  return {
    check,
    headRead(chain) {
      const state = states.get(chain)
      if (state !== undefined) state.headReadAt = clock.nowMs()
    },
    moved(chain) {
      const state = states.get(chain)
      if (state === undefined) return
      state.headReadAt = clock.nowMs()
      state.movedAt = state.headReadAt
      if (state.stale) events.onFresh(chain)
      state.stale = false
    },
    ended: (chain) => states.delete(chain),
    stop: loop.stop,
  }
}

/** A watchdog over all chains of a daemon, and what follows when a chain stalls. */
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
  chains: readonly WatchedChain[],
  { log, once, now }: { log: Log; once: boolean; now: () => string },
): ProgressWatch {
  const stop = new AbortController()
  let end: (error: ChainscreenError) => void = () => {}
  const stalled = new Promise<never>((_resolve, reject) => {
    end = reject
  })
  // Nobody may be waiting for it any more.
  stalled.catch(() => {})
  const stale = new Map<string, { since: string; reason: string }>()
  const watchdog = createWatchdog(once ? [] : chains, {
    onStall(chain, forMs) {
      end(
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

/** How it goes with one chain, as its follower sees it. */
export interface ChainCondition {
  chain: string
  /** `waiting`: its node, or the disk of the database, fails; it tries again. `halted`: it is followed no more. */
  state: 'following' | 'waiting' | 'halted'
  /** Since when, ISO-8601. */
  since: string
  /** The failure, as a sentence without secrets; `null` where there is none. */
  reason: string | null
}

/** What the followers of a daemon tell of themselves while they run. */
export interface ChainConditions {
  all(): readonly ChainCondition[]
  /** A look at the node was completed. */
  fine(chain: string): void
  waiting(chain: string, reason: string): void
  halted(chain: string, reason: string): void
}

/** @param now ISO-8601. */
export function createChainConditions(chains: readonly string[], now: () => string): ChainConditions {
  const conditions = new Map<string, ChainCondition>()
  const enter = (chain: string, state: ChainCondition['state'], reason: string | null) => {
    const before = conditions.get(chain)
    if (before?.state === 'halted') return
    // The same failure again is one failure, with its latest reason.
    const since = before?.state === state ? before.since : now()
    conditions.set(chain, { chain, state, since, reason })
  }
  for (const chain of chains) enter(chain, 'following', null)
  return {
    all: () => [...conditions.values()],
    fine: (chain) => enter(chain, 'following', null),
    waiting: (chain, reason) => enter(chain, 'waiting', reason),
    halted: (chain, reason) => enter(chain, 'halted', reason),
  }
}
