import { type FollowerOptions, type FollowerStore, follow } from '../../src/chains/follower.ts'
import type { FakeChain } from './fake-chain.ts'

/** Taken at a look at the head at which its condition holds. */
export type Step = [when: () => boolean, then: () => void]

/** More looks at the head than any test needs: a condition that never holds is an error, and not a test that hangs. */
const mostLooks = 2000

/** The options of a follower that is quick to try again. */
export function followerOptions(
  chain: FakeChain,
  store: FollowerStore,
  options: Partial<FollowerOptions> = {},
): FollowerOptions {
  return {
    chain: 'ethereum',
    source: chain,
    store,
    start: 0,
    finality: { depth: 100 },
    prefetch: 4,
    pollMs: 1,
    firstRetryMs: 1,
    once: false,
    signal: new AbortController().signal,
    ...options,
  }
}

/** Catches up with the head. */
export async function followOnce(
  chain: FakeChain,
  store: FollowerStore,
  options: Partial<FollowerOptions> = {},
): Promise<void> {
  await follow(followerOptions(chain, store, { once: true, ...options }))
}

/** Follows until every step was taken. Steps are taken in order, at most one at each look at the head; then it stops. */
export async function followThrough(
  chain: FakeChain,
  store: FollowerStore,
  steps: readonly Step[],
  options: Partial<FollowerOptions> = {},
): Promise<void> {
  const stop = new AbortController()
  const left = [...steps]
  const before = chain.onCall
  let looks = 0
  chain.onCall = (call, height) => {
    if (call === 'head') {
      if (++looks > mostLooks) throw new Error('the condition of a step never held')
      const [when, then] = left[0] ?? []
      if (when?.()) {
        left.shift()
        then?.()
        if (left.length === 0) stop.abort()
      }
    }
    before(call, height)
  }
  await follow(followerOptions(chain, store, { signal: stop.signal, ...options }))
  chain.onCall = before
}
