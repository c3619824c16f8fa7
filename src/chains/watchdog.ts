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
  /** A look at the node was completed, whatever it found; a failure that is waited out is one too. */
  headRead(chain: string): void
  /** The cursor moved. */
  moved(chain: string): void
  /** The chain is followed no more: nothing is expected of it. */
  ended(chain: string): void
  /** Compares everything with the clock. */
  check(): void
  stop(): void
}

const checkEveryMs = 1_000

export function createWatchdog(
  chains: readonly WatchedChain[],
  events: WatchdogEvents,
  clock: { nowMs(): number } = { nowMs: () => performance.now() },
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
  const timer = setInterval(check, checkEveryMs)
  timer.unref()
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
    stop: () => clearInterval(timer),
  }
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
