import { type ListConfig, type PublishedListConfig, publishedListsOf } from '../config/lists.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { leftLists, leftListText } from '../ledger/left-behind.ts'
import { activeSnapshot } from '../ledger/lists/list-snapshots.ts'
import { readSource } from '../ledger/lists/list-sources.ts'
import { sweepAtStart } from '../ledger/while-loading.ts'
import { snapshotFolder, sweepParts } from './archive.ts'
import { logFailure, logOutcome } from './log-outcome.ts'
import { outdated } from './reread-kept.ts'
import { askedToWait } from './schedule.ts'
import { sweepRejected } from './sweep-rejected.ts'
import { type UpdateOutcome, updateList } from './update-list.ts'

export interface LoadOptions {
  /** `missing`: download only what was never activated; the daemon sees to the others. */
  download: 'all' | 'missing'
  signal?: AbortSignal | undefined
}

/**
 * Loads every list of the config that is a file or is fetched, and says loudly what an operator must know. A list that
 * can't be loaded keeps its active version; one that has none yet stops the start, since nothing would be checked
 * against it. Where its server asked to be left alone for longer, it does so without asking: whoever starts this again
 * at once does no harm.
 *
 * @returns the ids of those that keep their active version because they could not be loaded.
 */
export async function loadLists(
  db: Db,
  lists: readonly ListConfig[],
  log: Log,
  now: () => string,
  { download, signal }: LoadOptions = { download: 'missing' },
): Promise<string[]> {
  if (lists.length === 0) log.warn('no list is configured: nothing will be found')
  const due = publishedListsOf(lists).filter(
    (list) =>
      'file' in list ||
      download === 'all' ||
      activeSnapshot(db, list.id) === undefined ||
      outdated(db, list) !== null,
  )
  const load = async (list: PublishedListConfig) => {
    if (download === 'missing') refusePutOff(db, list, now())
    return loadOrKeep(db, list, log, now, signal)
  }
  await sweepParts(snapshotFolder(db.name), now())
  await sweepAtStart(db)
  await sweepRejected(db, now())
  // A slow server keeps no other list waiting.
  const ends = await Promise.allSettled(due.map(load))
  for (const left of leftLists(
    db,
    lists.map(({ id }) => id),
  ))
    log.warn({ list: left.id }, leftListText(left))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return due.filter((_, index) => hasFailed(ends[index])).map(({ id }) => id)
}

/** @throws ChainscreenError `list-unreachable` for a list without a version whose server asked not to be asked yet. */
function refusePutOff(db: Db, list: PublishedListConfig, at: string): void {
  if ('file' in list || activeSnapshot(db, list.id) !== undefined) return
  const until = readSource(db, list.id)?.not_before ?? null
  if (askedToWait(until, at) <= Date.parse(at)) return
  throw new ChainscreenError(
    'list-unreachable',
    `List ${list.id} has no version yet, and its server asked not to be asked before ${until}: nothing would be checked against it. \`chainscreen lists update ${list.id}\` fetches it at once.`,
  )
}

function hasFailed(end: PromiseSettledResult<unknown> | undefined): boolean {
  return end?.status === 'fulfilled' && end.value !== undefined
}

/**
 * Brings one list up to date; a failure is logged, and the active version stays.
 *
 * @returns that failure; `undefined` where there was none.
 * @throws when there is no active version to keep, and when it was stopped.
 */
export async function loadOrKeep(
  db: Db,
  list: PublishedListConfig,
  log: Log,
  now: () => string,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    const onFailure = (error: ChainscreenError, pauseMs: number) =>
      log.warn(
        { list: list.id, retryMs: Math.round(pauseMs) },
        `list ${list.id}: ${error.message} Trying again.`,
      )
    const onNote = (text: string) => log.warn({ list: list.id }, `list ${list.id}: ${text}`)
    const onReread = (outcome: UpdateOutcome) => logOutcome(list, outcome, log, now())
    const outcome = await updateList(db, list, { now, signal, onFailure, onNote, onReread })
    logOutcome(list, outcome, log, now())
    if (activeSnapshot(db, list.id) === undefined) throw firstHeld(outcome)
    return undefined
  } catch (error) {
    if (error instanceof ChainscreenError && error.code === 'aborted') throw error
    if (activeSnapshot(db, list.id) === undefined) throw error
    logFailure(list, error, log, true)
    return error
  }
}

function firstHeld(outcome: UpdateOutcome): ChainscreenError {
  const reason = 'reasons' in outcome ? outcome.reasons.join('; ') : outcome.held
  const { listId, sha256 } = outcome
  return new ChainscreenError(
    'list-held',
    `The first version of list ${listId} is held (${reason}), so nothing would be checked against it: \`chainscreen lists approve ${listId} ${sha256.slice(0, 12)}\` activates it as it is.`,
  )
}
