import type { Finality } from '../../chains/final-height.ts'
import type { ChainSource } from '../../chains/source.ts'
import { isTemporary, messageOf } from '../../diagnostics/errors.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import type { StepCounts } from '../../ledger/blocks/commit-step.ts'
import { endReplay, noteReplayFailure, pendingReplays, type Replay } from '../../ledger/blocks/replays.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import type { ChainContext } from '../blocks/ledger-store.ts'
import { replay } from './replay.ts'

export interface ReplayWork {
  prefetch: number
  finality: Finality
  /** Ends the work after the step under way; the rest stays to be done. */
  signal: AbortSignal
  /** Blocks done and in all, of the replay under way. */
  onProgress?: (progress: { done: number; total: number }, replay: Replay) => void
  /** Hears of a replay that the node could not serve to its end: it stays to be done, and the others had their turn. */
  onFailed: (replay: Replay, error: unknown) => void
}

/** What a lower `start` asks for may be a whole chain: after so many blocks, what else is asked for has its turn. */
const blocksInTurn = 1_000

/**
 * Reads again what is written down to be, to the end; see {@link ReplayCause}.
 * Each step notes how far it has come in its own transaction: a crash loses nothing and doubles nothing.
 *
 * A replay that the node does not serve, such as one of blocks that it has pruned, does not hold up the others.
 *
 * @param open opens a source. Each replay has one of its own: what a node of a pool did not have for one is not held
 * against it for the next.
 * @throws what `open` throws, and what {@link replay} throws that may not work later: `wrong-chain` while the follower
 * walks back a reorg.
 */
export async function workOffReplays(
  context: ChainContext,
  open: () => Promise<ChainSource>,
  work: ReplayWork,
): Promise<StepCounts> {
  const { db, chain, now } = context
  const sum: StepCounts = { created: 0, reinstated: 0, known: 0 }
  const failed = new Set<number>()
  const untried = () => pendingReplays(db, chain.id).find(({ id }) => !failed.has(id))
  for (let job = untried(); job !== undefined; job = untried()) {
    const { id, from, next } = job
    const { cursor } = readChainState(db, chain.id)
    // Nothing is followed: what is written down waits until it is.
    if (cursor === null) break
    const turn = job.cause === 'start' ? next + blocksInTurn - 1 : job.to
    const to = Math.min(job.to, cursor.height, turn)
    if (next > to) {
      await inTurn(db, () => endReplay(db, id, now()))
      continue
    }
    const { prefetch, finality, signal } = work
    const total = job.to - from + 1
    const source = await open()
    try {
      const counts = await replay(context, source, {
        ...{ from: next, to, job: id, prefetch, finality, signal },
        onProgress: (height) => work.onProgress?.({ done: height - from + 1, total }, job),
      })
      sum.created += counts.created
      sum.reinstated += counts.reinstated
      sum.known += counts.known
    } catch (error) {
      if (signal.aborted || !isTemporary(error)) throw error
      failed.add(id)
      await inTurn(db, () => noteReplayFailure(db, id, messageOf(error)))
      work.onFailed(job, error)
    } finally {
      await source.close()
    }
  }
  return sum
}
