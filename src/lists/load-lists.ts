import type { ListConfig } from '../config/lists.ts'
import { ChainscreenError } from '../errors.ts'
import type { Db } from '../ledger/database.ts'
import { activeSnapshot } from '../ledger/list-snapshots.ts'
import type { Log } from '../log.ts'
import { bundledListPath } from './bundled.ts'
import { type ImportOutcome, importList } from './import-list.ts'

/** The file of a list: where the config says, or the one that ships with chainscreen. */
export function listFile(list: ListConfig): string {
  return list.format === 'bundled' ? bundledListPath() : list.file
}

/** Loads one list from its file. @throws what {@link importList} throws. */
export function loadList(
  db: Db,
  list: ListConfig,
  options: { file?: string; approve: boolean; at: string },
): Promise<ImportOutcome> {
  const source = {
    id: list.id,
    format: list.format,
    maxAgeSeconds: list.maxAgeMs === null ? null : Math.round(list.maxAgeMs / 1000),
    maxRemoved: list.guard.maxRemoved,
  }
  return importList(db, source, options.file ?? listFile(list), options)
}

/**
 * Loads every list of the config, and says loudly what an operator must know. A list that can't be loaded keeps its
 * active version; one that has none yet stops the start, since nothing would be checked against it.
 */
export async function loadLists(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
): Promise<void> {
  for (const list of lists) await loadOrKeep(db, list, log, now)
  if (lists.length === 0) log.warn('no list is configured: nothing will be found')
}

/** Loads one list; a failure is logged and the active version stays. @throws when there is no active version to keep. */
export async function loadOrKeep(db: Db, list: ListConfig, log: Log, now: () => string): Promise<void> {
  try {
    report(list, await loadList(db, list, { approve: false, at: now() }), log, now())
  } catch (error) {
    if (activeSnapshot(db, list.id) === undefined) throw error
    const why =
      error instanceof ChainscreenError ? [error.message, ...error.details].join(' ') : String(error)
    log.error({ list: list.id }, `list ${list.id} was not loaded, its active version stays: ${why}`)
  }
}

function report(list: ListConfig, outcome: ImportOutcome, log: Log, at: string): void {
  const about = { list: list.id, sha256: outcome.sha256, issuedOn: outcome.issuedOn }
  if (outcome.state === 'held') {
    log.error(
      about,
      `list ${list.id}: a new version is held, the active one stays: ${outcome.reasons.join('; ')}. Look at it with \`chainscreen lists diff ${list.id}\`, and activate it with \`chainscreen lists import ${list.id} FILE --approve\`.`,
    )
  } else if (outcome.state === 'activated') {
    log.info({ ...about, entries: outcome.entries, unparsed: outcome.unparsed }, `list ${list.id} is active`)
  }
  if (list.format === 'bundled' && outcome.issuedOn !== null) {
    const days = Math.floor((Date.parse(at) - Date.parse(outcome.issuedOn)) / 86_400_000)
    log.warn(
      about,
      `list ${list.id} is the one that ships with chainscreen, issued on ${outcome.issuedOn}: it is ${days} days old, and whoever was listed since is not in it`,
    )
  }
}
