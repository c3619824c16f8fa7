/** How it goes with one chain, as its follower sees it. */
export interface ChainCondition {
  chain: string
  /** `waiting`: its node, or the disk of the database, is in trouble; it tries again. `halted`: it is followed no more. */
  state: 'following' | 'waiting' | 'halted'
  /** Since when, ISO-8601. */
  since: string
  /** The trouble, as a sentence without secrets; `null` where there is none. */
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
    // The same trouble again is one trouble, with its latest reason.
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
