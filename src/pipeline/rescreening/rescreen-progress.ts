import type { Db } from '../../ledger/database.ts'
import { countItems, pendingRescreens } from '../../ledger/lists/rescreens.ts'

/** Entries done and in all, of the jobs that are not done. */
export interface RescreenProgress {
  done: number
  total: number
}

/**
 * Tells how far the work is: not more often than anybody looks, and what each job has to do is counted once, since that may
 * take longer than a part of the work.
 *
 * @returns to be called after each part.
 */
export function tellingProgress(
  db: Db,
  tell: (progress: RescreenProgress) => void,
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
    tell({ done: sum(({ entries }) => entries), total: sum(({ id }) => totals.get(id) ?? 0) })
    last = performance.now()
  }
}
