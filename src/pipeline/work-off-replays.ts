import type { Finality } from '../chains/final-height.ts'
import type { ChainSource } from '../chains/source.ts'
import { readChainState } from '../ledger/chain.ts'
import type { StepCounts } from '../ledger/commit-step.ts'
import { endReplay, nextReplay } from '../ledger/replays.ts'
import type { Wiring } from './ledger-store.ts'
import { replay } from './replay.ts'

export interface ReplayWork {
  prefetch: number
  finality: Finality
  /** Ends the work after the step under way; the rest stays to be done. */
  signal: AbortSignal
  /** Blocks done and in all, of the replay under way. */
  onProgress?: (progress: { done: number; total: number }) => void
}

/**
 * Reads again what is written down to be, to the end: blocks that were screened before some own address was registered.
 * Each step notes how far it has come in its own transaction: a crash loses nothing and doubles nothing.
 *
 * @param source is open.
 * @throws what {@link replay} throws: `wrong-chain` while the follower walks back a reorg, what the source throws.
 */
export async function workOffReplays(
  wiring: Wiring,
  source: ChainSource,
  work: ReplayWork,
): Promise<StepCounts> {
  const { db, chain, now } = wiring
  const total: StepCounts = { created: 0, reinstated: 0, known: 0 }
  for (let job = nextReplay(db, chain.id); job !== undefined; job = nextReplay(db, chain.id)) {
    const { id, from, next } = job
    const to = Math.min(job.to, readChainState(db, chain.id).cursor?.height ?? -1)
    if (next > to) {
      endReplay(db, id, now())
      continue
    }
    const counts = await replay(wiring, source, {
      ...{ from: next, to, job: id, prefetch: work.prefetch, finality: work.finality, signal: work.signal },
      onProgress: (height) => work.onProgress?.({ done: height - from + 1, total: job.to - from + 1 }),
    })
    total.created += counts.created
    total.reinstated += counts.reinstated
    total.known += counts.known
  }
  return total
}
