import type { ListConfig, UrlListConfig } from '../config/lists.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { readLooks } from '../ledger/lists/list-checks.ts'
import { readSource } from '../ledger/lists/list-sources.ts'
import { startLoop } from '../lifecycle/loop.ts'
import { loadOrKeep } from './load-lists.ts'
import { logFailure } from './log-outcome.ts'
import { outOfForce } from './out-of-force.ts'
import { checksToSee, nextCheck } from './schedule.ts'

/** The ledger is asked again at least this often: clocks are set, and `lists update` runs beside the daemon. */
const lookEveryMs = 60_000

/**
 * Downloads each list with a `url` whenever it is due.
 *
 * @param loaded the first load of the lists, which it waits for.
 * @returns stops, and resolves when nothing is under way any more.
 */
export function startUpdates(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
  loaded: Promise<unknown> = Promise.resolve(),
): () => Promise<void> {
  const loops = lists
    .filter((list) => 'url' in list)
    .map((list) => {
      const isOut = outOfForce(db, list.id, log)
      const round = async (signal: AbortSignal) => {
        // Whoever loads them logs what came of it.
        await loaded.catch(() => {})
        return signal.aborted || isOut() ? lookEveryMs : updateIfDue(db, list, log, now, signal)
      }
      return startLoop(round, { ref: false })
    })
  return async () => {
    await Promise.all(loops.map((loop) => loop.stop()))
  }
}

/** @returns how long to pause until the next look. */
async function updateIfDue(
  db: Db,
  list: UrlListConfig,
  log: Log,
  now: () => string,
  signal: AbortSignal,
): Promise<number> {
  const waitMs = dueAt(db, list, now()) - Date.parse(now())
  if (waitMs > 0) return Math.min(waitMs, lookEveryMs)
  try {
    await loadOrKeep(db, list, log, now, signal)
  } catch (error) {
    // Nothing to keep.
    if (!signal.aborted) logFailure(list, error, log, false)
  }
  // Also where not even the failure could be noted, and the list seems due at once.
  return Math.min(list.everyMs, lookEveryMs)
}

function dueAt(db: Db, list: UrlListConfig, now: string): number {
  const notBefore = readSource(db, list.id)?.not_before ?? null
  return nextCheck(list, readLooks(db, list.id, checksToSee), notBefore, now)
}
