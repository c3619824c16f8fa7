import { setImmediate } from 'node:timers/promises'
import type { Db } from '../../ledger/database.ts'
import { countItems, noCounts, pendingRescreens, type RescreenCounts } from '../../ledger/lists/rescreens.ts'
import { inTurn, pieceMs } from '../../ledger/write-turns.ts'
import { screenLarge } from './large-transaction.ts'
import { noChunk, type RescreenChunk } from './match-entry.ts'
import { rescreenChunk } from './rescreen-chunk.ts'

export interface RescreenOptions {
  /** Now, ISO-8601. */
  now: () => string
  /** Ends the work after the chunk under way; the rest stays to be done. */
  signal?: AbortSignal
  /** Called now and then with the progress, not before a second has passed. */
  onProgress?: (progress: RescreenProgress) => void
  /** How often, at most; default once a second. */
  progressMs?: number
  /** How long one transaction works, about; default 30. */
  budgetMs?: number
}

const usualProgressMs = 1_000

/** What was done, with the ids of the alerts that are new. */
export type RescreenOutcome = RescreenChunk

/**
 * Matches stored history with what changed in the lists and own addresses: all that is written down and not done yet.
 * Short transactions, each with the position it came to, and each of them a turn at writing. A
 * crash at any point loses nothing and doubles nothing; whoever comes next goes on. Several processes may work at
 * the same jobs.
 */
export async function rescreen(db: Db, options: RescreenOptions): Promise<RescreenOutcome> {
  const total: RescreenOutcome = noChunk()
  const { onProgress, progressMs = usualProgressMs } = options
  const progressed = onProgress && reportingProgress(db, onProgress, progressMs)
  while (!options.signal?.aborted) {
    // Nobody waits for that.
    screenLarge(db)
    const did = await inTurn(db, () => rescreenChunk(db, options.now(), options.budgetMs ?? pieceMs))
    if (did === null) break
    for (const name of Object.keys(noCounts) as (keyof RescreenCounts)[]) total[name] += did[name]
    total.gradedAnew += did.gradedAnew
    total.gradedDecided += did.gradedDecided
    total.alerts.push(...did.alerts)
    progressed?.()
    // The signal is heard.
    await setImmediate()
  }
  return total
}

/** Entries done and in all, of the jobs that are not done. */
export interface RescreenProgress {
  done: number
  total: number
}

/**
 * Reports how far the work is: not more often than anybody looks, and what each job has to do is counted once, since that may
 * take longer than a part of the work.
 *
 * @returns to be called after each part.
 */
function reportingProgress(
  db: Db,
  report: (progress: RescreenProgress) => void,
  everyMs: number,
): () => void {
  const totals = new Map<number, number>()
  let last = performance.now()
  return () => {
    if (performance.now() - last < everyMs) return
    const jobs = pendingRescreens(db)
    for (const job of jobs) if (!totals.has(job.id)) totals.set(job.id, countItems(db, job))
    const sum = (count: (job: { id: number; entries: number }) => number) =>
      jobs.reduce((all, job) => all + count(job), 0)
    report({ done: sum(({ entries }) => entries), total: sum(({ id }) => totals.get(id) ?? 0) })
    last = performance.now()
  }
}
