import { rm } from 'node:fs/promises'
import type { PublishedListConfig, UrlListConfig } from '../config/lists.ts'
import { ChainscreenError, messageOf, redactUrl } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { noteCheck } from '../ledger/lists/list-checks.ts'
import { lastRemoval } from '../ledger/lists/list-removals.ts'
import { findSnapshot } from '../ledger/lists/list-snapshots.ts'
import { putNotBefore } from '../ledger/lists/list-sources.ts'
import { noteChecked } from '../ledger/lists/lists.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { Redactor } from '../privacy/redactor.ts'
import { snapshotFolder } from './archive.ts'
import type { FetchFailure } from './fetch/fetch-failure.ts'
import type { DownloadPolicy } from './fetch/types.ts'
import { formatOf } from './formats/index.ts'
import { type ImportOutcome, importList, know, type ListSource } from './import-list.ts'
import { judgeKept } from './judge-kept.ts'
import { loadList, sourceOf } from './load-list.ts'
import { noteFailure } from './note-failure.ts'
import { type Kept, readKept, rememberSource } from './obtain/archived.ts'
import { type Obtained, obtain } from './obtain/obtain.ts'
import { rereadKept } from './reread-kept.ts'

export interface UpdateOptions {
  /** Now, ISO-8601. */
  now: () => string
  signal?: AbortSignal | undefined
  policy?: DownloadPolicy
  /** Called for each failed attempt that is followed by another. */
  onFailure?: (error: FetchFailure, pauseMs: number) => void
  /** Called with what an operator should know and no check has, in the words after `list X: `. */
  onNote?: (text: string) => void
  /** Called with what came of reading the kept version anew with a newer parser, before the source is asked. */
  onReread?: (outcome: ImportOutcome) => void
}

/** The source has what it had: HTTP 304, or the same version announced. */
export interface NotModified {
  state: 'not-modified'
  listId: string
  sha256: string
  /** Why that version is held; `null` where it is active. */
  held: string | null
}

export type UpdateOutcome = ImportOutcome | NotModified

/**
 * Brings a list up to date: downloads its `url`, or reads its `file`. What came of it is noted in `list_checks`, also
 * where it throws; the active version stays then.
 *
 * @throws FetchFailure, and what {@link importList} throws.
 */
export async function updateList(
  db: Db,
  list: PublishedListConfig,
  options: UpdateOptions,
): Promise<UpdateOutcome> {
  const { signal } = options
  if ('file' in list) return loadList(db, list, { approve: false, at: options.now(), signal })
  const redactor = new Redactor('list', [list.url])
  const source = { ...sourceOf(list), redactor }
  const removal = lastRemoval(db, list.id)
  await know(db, source)
  const sound = await reread(db, source, options)
  // What can't be read anew from what is kept is asked for again.
  const kept = sound ? readKept(db, list) : null
  const result = await obtainNoted(db, list, redactor, kept, options)
  if (result.state === 'not-modified') {
    return noNews(db, source, kept?.sha256 ?? '', result, { ...options, removal })
  }
  try {
    const { status, how } = result
    const isOurs = how !== undefined
    const file = { path: result.path, name: redactUrl(list.url), maxBytes: list.maxBytes, isOurs }
    const outcome = await importList(db, source, file, {
      approve: false,
      at: options.now(),
      status,
      how,
      signal,
      removal,
    })
    await inTurn(db, () => rememberSource(db, list.id, outcome.sha256, result.validators, result.announced))
    return outcome
  } finally {
    await rm(result.path, { force: true })
  }
}

/** @returns whether the kept version may be built on. */
async function reread(
  db: Db,
  source: ListSource & { redactor: Redactor },
  options: UpdateOptions,
): Promise<boolean> {
  const { signal, onReread, onNote } = options
  try {
    const outcome = await rereadKept(db, source, { at: options.now(), signal })
    if (outcome !== null) onReread?.(outcome)
    return true
  } catch (error) {
    if (signal?.aborted) throw error
    onNote?.(source.redactor.redact(`the archived version could not be parsed again: ${messageOf(error)}`))
    return false
  }
}

async function obtainNoted(
  db: Db,
  list: UrlListConfig,
  redactor: Redactor,
  kept: Kept | null,
  options: UpdateOptions,
): Promise<Obtained> {
  const { policy, onFailure, onNote, signal } = options
  try {
    return await obtain(
      {
        request: {
          ...{ url: list.url, redirectHosts: list.redirectHosts, maxBytes: list.maxBytes },
          ...{ timeoutMs: list.timeoutMs, folder: snapshotFolder(db.name), signal, redactor },
        },
        options: {
          ...(policy && { policy }),
          onFailure: (error, pauseMs) => onFailure?.(redactor.redactError(error), pauseMs),
        },
        note: (text) => onNote?.(redactor.redact(text)),
      },
      kept,
      formatOf(list.format).publication,
    )
  } catch (error) {
    const at = options.now()
    await noteFailure(db, { id: list.id, format: list.format, redactor }, error, { at })
    const wait = error instanceof ChainscreenError ? error.retryAfterMs : undefined
    const notBefore = wait === undefined ? null : new Date(Date.parse(at) + wait).toISOString()
    await inTurn(db, () => putNotBefore(db, list.id, notBefore))
    throw error
  }
}

/**
 * The source has what it had. Where that is held it is judged anew, since `guard` of the config, or what is active,
 * may be another one by now.
 */
async function noNews(
  db: Db,
  source: ListSource,
  sha256: string,
  { status, announced }: Extract<Obtained, { state: 'not-modified' }>,
  { now, signal, removal }: UpdateOptions & { removal: number },
): Promise<UpdateOutcome> {
  const listId = source.id
  const at = now()
  const remember = () => {
    putNotBefore(db, listId, null)
    if (announced !== null) rememberSource(db, listId, sha256, undefined, announced)
  }
  await inTurn(db, () => inTransaction(db, remember))
  const snapshot = findSnapshot(db, listId, sha256)
  if (snapshot !== undefined && snapshot.state !== 'active') {
    const how = 'nothing newer than the version that is held'
    const outcome = await judgeKept(db, source, snapshot, {
      approve: false,
      at,
      status,
      how,
      signal,
      removal,
    })
    if (outcome.state !== 'held') return outcome
    return { state: 'not-modified', listId, sha256, held: outcome.reasons.join('; ') }
  }
  const version = announced?.version ?? null
  const detail = version === null ? 'nothing new' : `nothing new: version ${version}`
  const note = () => {
    noteChecked(db, listId, at)
    noteCheck(db, { list_id: listId, at, outcome: 'not-modified', status, detail, sha256, bytes: null })
  }
  await inTurn(db, () => inTransaction(db, note))
  return { state: 'not-modified', listId, sha256, held: null }
}
