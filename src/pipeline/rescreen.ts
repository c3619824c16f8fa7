import { setImmediate } from 'node:timers/promises'
import type { Db } from '../ledger/database.ts'
import { noCounts, type RescreenCounts, rescreenProgress } from '../ledger/rescreens.ts'
import type { RescreenChunk } from './match-entry.ts'
import { rescreenChunk } from './rescreen-chunk.ts'

export interface RescreenOptions {
  /** Now, ISO-8601. */
  now: () => string
  /** Ends the work after the chunk under way; the rest stays to be done. */
  signal?: AbortSignal
  /** Called after each short transaction; `total` is of the jobs that are not done. */
  onProgress?: (progress: { done: number; total: number }) => void
  /** How long one transaction works, about; default 15. Followers on the same thread wait as long. */
  budgetMs?: number
}

/** Far below the 100 ms that a follower may have to wait, since a slow disk adds its own at the commit. */
const usualBudgetMs = 15

/** What was done, with the ids of the alerts that are new. */
export type RescreenOutcome = RescreenChunk

/**
 * Matches stored history with what changed in the lists and own addresses: all that is written down and not done yet.
 * Short transactions, each with the position it came to, and between them whoever shares the thread has a turn. A
 * crash at any point loses nothing and doubles nothing; whoever comes next goes on. Several processes may work at
 * the same jobs.
 */
export async function rescreen(db: Db, options: RescreenOptions): Promise<RescreenOutcome> {
  const total: RescreenOutcome = { ...noCounts, alerts: [] }
  while (!options.signal?.aborted) {
    const did = rescreenChunk(db, options.now(), options.budgetMs ?? usualBudgetMs)
    if (did === null) break
    for (const name of Object.keys(noCounts) as (keyof RescreenCounts)[]) total[name] += did[name]
    total.alerts.push(...did.alerts)
    if (options.onProgress !== undefined) options.onProgress(rescreenProgress(db))
    await setImmediate()
  }
  return total
}
