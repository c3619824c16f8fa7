import { unwatchFile, watchFile } from 'node:fs'
import type { ListConfig } from '../config/lists.ts'
import type { Db } from '../ledger/database.ts'
import type { Log } from '../log.ts'
import { listFile } from './load-list.ts'
import { loadOrKeep } from './load-lists.ts'
import { sayTrouble } from './say-outcome.ts'

/** Looking at a file's times is cheap, and works on every file system; events do not. */
const lookEveryMs = 2_000

/**
 * Loads a list again whenever its file changes, once it has been quiet for a moment: a large file is not read while
 * it is still being copied.
 *
 * @param loaded the first load of the lists, which may take minutes: a change meanwhile is loaded after it.
 * @returns stops watching, and resolves when nothing is under way any more.
 */
export function watchListFiles(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
  loaded: Promise<void>,
): () => Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  // One at a time: two versions of one list must not race.
  let work = loaded.catch(() => {})
  const load = (list: ListConfig) => {
    work = work
      .then(() => (signal.aborted ? undefined : loadOrKeep(db, list, log, now, signal)))
      .catch((error: unknown) => {
        if (!signal.aborted) sayTrouble(list, error, log)
      })
  }
  const watched = lists.flatMap((list) => ('file' in list && list.format !== 'bundled' ? [list] : []))
  const timers = new Map<string, NodeJS.Timeout>()
  for (const list of watched) {
    watchFile(listFile(list), { interval: lookEveryMs, persistent: false }, (now_, before) => {
      if (now_.mtimeMs === before.mtimeMs && now_.size === before.size) return
      clearTimeout(timers.get(list.id))
      timers.set(list.id, setTimeout(() => load(list), lookEveryMs).unref())
    })
  }
  return async () => {
    controller.abort()
    for (const list of watched) unwatchFile(listFile(list))
    for (const timer of timers.values()) clearTimeout(timer)
    await work
  }
}
