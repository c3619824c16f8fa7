import { type Stats, unwatchFile, watchFile } from 'node:fs'
import type { FileListConfig, ListConfig } from '../config/lists.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { pause } from '../lifecycle/loop.ts'
import { retryDelayMs } from '../network/retry.ts'
import { listFile } from './load-list.ts'
import { loadOrKeep } from './load-lists.ts'
import { logFailure } from './log-outcome.ts'
import { outOfForce } from './out-of-force.ts'
import { RejectedList } from './read-list-file.ts'

/** Looking at a file's times is cheap, and works on every file system; events do not. */
const usualLookMs = 2_000
/** After a failure that may pass a list is loaded again after as long as between two looks, then twice that, … up to: */
const longestRetryMs = 600_000

/** One list whose file is watched. */
interface Watched {
  list: FileListConfig
  /** Ends the pause before its next load. */
  next: AbortController | undefined
  /** In a row. */
  failures: number
  /** SHA-256 of what was no list when it was last read. */
  rejected: string | null
  /** Whether it is out of force by hand. */
  isOut: () => boolean
}

/**
 * Loads a list again whenever its file changes, once it has been quiet for a moment: a large file is not read while
 * it is still being copied. A load that fails is tried again, less and less often, until it succeeds, the file changes,
 * or the very same bytes were rejected twice.
 *
 * @param loaded the first load of the lists, which may take minutes: a change meanwhile is loaded after it. It names
 * those that could not be loaded.
 * @returns stops watching, and resolves when nothing is under way any more.
 */
export function watchListFiles(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
  loaded: Promise<readonly string[]>,
  lookEveryMs = usualLookMs,
): () => Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const load = async (one: Watched) => {
    if (signal.aborted || one.isOut()) return
    const failure = await loadOrKeep(db, one.list, log, now, signal).catch((error: unknown) => {
      if (!signal.aborted) logFailure(one.list, error, log, false)
      return error
    })
    if (!signal.aborted) settle(one, failure)
  }
  // One at a time: two versions of one list must not race.
  let work: Promise<unknown> = loaded.catch(() => {})
  const loadIn = (one: Watched, ms: number) => {
    one.next?.abort()
    one.next = new AbortController()
    const due = AbortSignal.any([signal, one.next.signal])
    void pause(ms, due, { ref: false }).then(() => {
      if (!due.aborted) work = work.then(() => load(one))
    })
  }
  const settle = (one: Watched, failure: unknown) => {
    const again = failure !== undefined && mayPass(one, failure)
    one.rejected = rejectedBytes(failure)
    one.failures = again ? one.failures + 1 : 0
    if (again) loadIn(one, retryDelayMs({ firstMs: lookEveryMs, longestMs: longestRetryMs }, one.failures))
  }
  const watched = lists
    .filter((list) => 'file' in list)
    .filter(({ format }) => format !== 'bundled')
    .map(
      (list): Watched => ({
        list,
        next: undefined,
        failures: 0,
        rejected: null,
        isOut: outOfForce(db, list.id, log),
      }),
    )
  for (const one of watched) {
    watchFile(listFile(one.list), { interval: lookEveryMs, persistent: false }, (now_, before) => {
      if (!differs(now_, before)) return
      Object.assign(one, { failures: 0, rejected: null })
      loadIn(one, lookEveryMs)
    })
  }
  loaded
    .then((failed) => {
      for (const one of watched) if (failed.includes(one.list.id) && !signal.aborted) loadIn(one, lookEveryMs)
    })
    .catch(() => {})
  return async () => {
    controller.abort()
    for (const { list } of watched) unwatchFile(listFile(list))
    await work
  }
}

/** A file that was put in another's place may have its size and time of change: `cp -p`, a package, an image. */
function differs(now: Stats, before: Stats): boolean {
  return (['mtimeMs', 'size', 'ino', 'ctimeMs'] as const).some((field) => now[field] !== before[field])
}

/** A busy database and a file that is not there pass, and a file that is half copied; what was read twice and is no list does not. */
function mayPass({ rejected }: Watched, failure: unknown): boolean {
  if (failure instanceof RejectedList) return failure.read !== null && failure.read.sha256 !== rejected
  return !(failure instanceof ChainscreenError && failure.code === 'aborted')
}

function rejectedBytes(failure: unknown): string | null {
  return failure instanceof RejectedList ? (failure.read?.sha256 ?? null) : null
}
