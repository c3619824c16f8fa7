import { unwatchFile, watchFile } from 'node:fs'
import type { ListConfig } from '../config/lists.ts'
import type { Db } from '../ledger/database.ts'
import type { Log } from '../log.ts'
import { listFile, loadOrKeep } from './load-lists.ts'

/** Looking at a file's times is cheap, and works on every file system; events do not. */
const lookEveryMs = 2_000

/** Loads a list again whenever its file changes. @returns stops watching. */
export function watchListFiles(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
): () => void {
  // One at a time: two versions of one list must not race.
  let work = Promise.resolve()
  const watched = lists.filter(({ format }) => format !== 'bundled')
  for (const list of watched) {
    watchFile(listFile(list), { interval: lookEveryMs, persistent: false }, (now_, before) => {
      if (now_.mtimeMs === before.mtimeMs && now_.size === before.size) return
      work = work
        .then(() => loadOrKeep(db, list, log, now))
        .catch((error: unknown) => log.error({ list: list.id }, String(error)))
    })
  }
  return () => {
    for (const list of watched) unwatchFile(listFile(list))
  }
}
