import { rm } from 'node:fs/promises'
import type { ListConfig, UrlListConfig } from '../config/lists.ts'
import { ChainscreenError, redactUrl } from '../errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { noteCheck } from '../ledger/list-checks.ts'
import { findSnapshot } from '../ledger/list-snapshots.ts'
import { putNotBefore, putSource, readSource } from '../ledger/list-sources.ts'
import { noteChecked } from '../ledger/lists.ts'
import type { FetchFailure } from './fetch/fetch-failure.ts'
import { fetchList } from './fetch/fetch-list.ts'
import type { FetchResult, Patience, Validators } from './fetch/types.ts'
import { type ImportOutcome, importList, know } from './import-list.ts'
import { loadList, sourceOf } from './load-list.ts'
import { noteTrouble } from './note-trouble.ts'
import { snapshotFolder } from './seal.ts'

export interface UpdateOptions {
  /** Now, ISO-8601. */
  now: () => string
  signal?: AbortSignal | undefined
  patience?: Patience
  /** Told of each failed attempt that is followed by another. */
  onTrouble?: (error: FetchFailure, pauseMs: number) => void
}

/** The source has what it had: HTTP 304. */
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
export async function updateList(db: Db, list: ListConfig, options: UpdateOptions): Promise<UpdateOutcome> {
  if ('file' in list) return loadList(db, list, { approve: false, at: options.now(), signal: options.signal })
  const source = sourceOf(list)
  know(db, source)
  const result = await fetchNoted(db, list, options)
  if (result.state === 'not-modified') return noteNotModified(db, list.id, options.now())
  try {
    const file = { path: result.path, name: redactUrl(list.url), maxBytes: list.maxBytes }
    const { signal } = options
    const outcome = await importList(db, source, file, {
      ...{ approve: false, at: options.now(), status: result.status, signal },
    })
    const { resource, etag, lastModified } = result.validators
    putSource(db, {
      ...{ list_id: list.id, resource, etag, last_modified: lastModified },
      ...{ sha256: outcome.sha256, not_before: null },
    })
    return outcome
  } finally {
    await rm(result.path, { force: true })
  }
}

async function fetchNoted(db: Db, list: UrlListConfig, options: UpdateOptions): Promise<FetchResult> {
  const { patience, onTrouble } = options
  try {
    return await fetchList(
      {
        ...{ url: list.url, redirectHosts: list.redirectHosts, maxBytes: list.maxBytes },
        ...{ timeoutMs: list.timeoutMs, folder: snapshotFolder(db.name), signal: options.signal },
        known: knownOf(db, list.id),
      },
      { ...(patience && { patience }), ...(onTrouble && { onTrouble }) },
    )
  } catch (error) {
    const at = options.now()
    noteTrouble(db, list, error, { at })
    const wait = error instanceof ChainscreenError ? error.retryAfterMs : undefined
    putNotBefore(db, list.id, wait === undefined ? null : new Date(Date.parse(at) + wait).toISOString())
    throw error
  }
}

/** What to ask for news of: only a version that is active or held makes "nothing new" an answer. */
function knownOf(db: Db, listId: string): Validators | null {
  const source = readSource(db, listId)
  if (source === undefined || source.resource === null || source.sha256 === null) return null
  if (source.etag === null && source.last_modified === null) return null
  const state = findSnapshot(db, listId, source.sha256)?.state
  if (state !== 'active' && state !== 'held') return null
  return { resource: source.resource, etag: source.etag, lastModified: source.last_modified }
}

function noteNotModified(db: Db, listId: string, at: string): NotModified {
  return inTransaction(db, () => {
    const sha256 = readSource(db, listId)?.sha256 ?? ''
    const snapshot = findSnapshot(db, listId, sha256)
    const active = snapshot?.state === 'active'
    const held = active ? null : (snapshot?.reason ?? 'it is not the active version')
    if (active) noteChecked(db, listId, at)
    putNotBefore(db, listId, null)
    noteCheck(db, {
      ...{ list_id: listId, at, outcome: active ? 'not-modified' : 'held', status: 304, sha256, bytes: null },
      detail: active ? 'nothing new' : `nothing newer than the version that is held: ${held}`,
    })
    return { state: 'not-modified', listId, sha256, held }
  })
}
