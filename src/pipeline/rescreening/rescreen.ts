import { setImmediate } from 'node:timers/promises'
import type { Db } from '../../ledger/database.ts'
import { noCounts, type RescreenCounts } from '../../ledger/lists/rescreens.ts'
import { noChunk, type RescreenChunk } from './match-entry.ts'
import { rescreenChunk } from './rescreen-chunk.ts'
import { type RescreenProgress, tellingProgress } from './rescreen-progress.ts'

export interface RescreenOptions {
  /** Now, ISO-8601. */
  now: () => string
  /** Ends the work after the chunk under way; the rest stays to be done. */
  signal?: AbortSignal
  /** Told now and then how far it is, not before a second has passed. */
  onProgress?: (progress: RescreenProgress) => void
  /** How often, at most; default once a second. */
  progressMs?: number
  /** How long one transaction works, about; default 15. Followers on the same thread wait as long. */
  budgetMs?: number
}

/** Far below the 100 ms that a follower may have to wait, since a slow disk adds its own at the commit. */
const usualBudgetMs = 15

const usualProgressMs = 1_000

/** What was done, with the ids of the alerts that are new. */
export type RescreenOutcome = RescreenChunk

/**
 * Matches stored history with what changed in the lists and own addresses: all that is written down and not done yet.
 * Short transactions, each with the position it came to, and between them whoever shares the thread has a turn. A
 * crash at any point loses nothing and doubles nothing; whoever comes next goes on. Several processes may work at
 * the same jobs.
 */
export async function rescreen(db: Db, options: RescreenOptions): Promise<RescreenOutcome> {
  const total: RescreenOutcome = noChunk()
  const { onProgress, progressMs = usualProgressMs } = options
  const progressed = onProgress && tellingProgress(db, onProgress, progressMs)
  while (!options.signal?.aborted) {
    const did = rescreenChunk(db, options.now(), options.budgetMs ?? usualBudgetMs)
    if (did === null) break
    for (const name of Object.keys(noCounts) as (keyof RescreenCounts)[]) total[name] += did[name]
    total.gradedAnew += did.gradedAnew
    total.gradedDecided += did.gradedDecided
    total.alerts.push(...did.alerts)
    progressed?.()
    await setImmediate()
  }
  return total
}
