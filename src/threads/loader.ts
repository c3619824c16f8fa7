import type { Config } from '../config/schema.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { startUpdates } from '../lists/keep-updated.ts'
import { loadLists } from '../lists/load-lists.ts'
import { watchListFiles } from '../lists/watch-files.ts'
import { startOwnSources } from '../own/sources/own-sources.ts'
import { type ShortWindow, widenWindows } from '../own/widen-windows.ts'
import { startRescreening } from '../pipeline/rescreening/keep-rescreening.ts'
import { resolveFreezeLists, storeAssets } from '../pipeline/store-config.ts'

/** Derives what is missing in windows of descriptors, and makes it own. @param replay the rescan that found them in use. */
export type Widen = (windows: readonly ShortWindow[], replay: number | null) => Promise<void>

/** Loads lists and own addresses, and matches stored history with what changes, beside the followers. */
export interface Loader {
  /**
   * Resolves when the lists are loaded, own sources were read once, and stored history is being matched. Rejects as `loadLists` and
   * `startOwnSources` do, and as `lost`.
   */
  readonly ready: Promise<void>
  /** Aborted when the loader ended by itself. */
  readonly signal: AbortSignal
  /** Rejects then, with `thread-lost`; otherwise never settles. */
  readonly lost: Promise<never>
  widen: Widen
  /** Ends after the piece under way, or, to `finish`, when stored history is matched with all that changed. */
  stop(options: { finish: boolean }): Promise<void>
}

export interface LoaderOptions {
  log: Log
  /** Now, ISO-8601. */
  now: () => string
  /** Every list is downloaded and every own source is read, and none is kept up to date. */
  once: boolean
  /** Ends what is under way. */
  signal: AbortSignal
}

/** Starts a loader in this thread. @param db a connection that takes turns at writing with those of other threads. */
export function startLoader(db: Db, config: Config, options: LoaderOptions): Loader {
  const { log, now, once } = options
  const stopping = new AbortController()
  const signal = AbortSignal.any([options.signal, stopping.signal])
  const loaded = loadLists(db, config.lists, log, now, { download: once ? 'all' : 'missing', signal })
  const stopUpdates = once ? async () => {} : startUpdates(db, config.lists, log, now, loaded)
  const stopWatching = once ? async () => {} : watchListFiles(db, config.lists, log, now, loaded)
  const own = startOwnSources(db, config, { log, now, once, signal })
  let stopRescreening: ReturnType<typeof startRescreening> | undefined
  const ready = Promise.all([loaded, own.loaded]).then(async () => {
    await resolveFreezeLists(db, config, now())
    await storeAssets(db, config.chains, log, now())
    stopRescreening = startRescreening(db, log, now)
  })
  ready.catch(() => {})
  return {
    ready,
    signal: new AbortController().signal,
    lost: new Promise(() => {}),
    widen: (windows, replay) => widenWindows(db, windows, { now, replay }),
    async stop({ finish }) {
      if (!finish) stopping.abort()
      await ready.catch(() => {})
      await stopRescreening?.({ finish, signal: options.signal })
      await own.stop()
      await stopUpdates()
      await stopWatching()
    },
  }
}
