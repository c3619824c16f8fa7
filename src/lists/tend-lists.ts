import type { ListConfig } from '../config/lists.ts'
import type { Db } from '../ledger/database.ts'
import type { Log } from '../log.ts'
import { startUpdates } from './keep-updated.ts'
import { watchListFiles } from './watch-files.ts'

/**
 * Keeps lists up to date while chains are followed: downloads what is due, and loads files that change.
 *
 * @param loaded the first load of the lists, which is waited for; it names those that could not be loaded.
 * @returns stops, and resolves when nothing is under way any more.
 */
export function tendLists(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
  loaded: Promise<readonly string[]>,
): () => Promise<void> {
  const stops = [watchListFiles(db, lists, log, now, loaded), startUpdates(db, lists, log, now, loaded)]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
