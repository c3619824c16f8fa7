import { existsSync } from 'node:fs'
import type { Db } from '../../ledger/database.ts'
import { findSnapshot } from '../../ledger/lists/list-snapshots.ts'
import { putSource, readSource } from '../../ledger/lists/list-sources.ts'
import { archivedPath } from '../archive.ts'
import type { FetchFailure } from '../fetch/fetch-failure.ts'
import type { DownloadPolicy, FetchRequest, Validators } from '../fetch/types.ts'

/** How a list's source is asked, each time anew. */
export interface SourceAccess {
  /** For the list's file; everything else is asked within the same bounds. */
  request: Omit<FetchRequest, 'known'>
  options: { policy?: DownloadPolicy; onFailure?: (error: FetchFailure, pauseMs: number) => void }
  /** Writes to the log, in the words after `list X: `. */
  note: (text: string) => void
}

/** What is kept of a version of a list, and what its source said of it. */
export interface Kept {
  sha256: string
  /** Its archived file. */
  path: string
  /** For a conditional request for the file. */
  file: Validators | null
  /** How it was announced, where it was. */
  announced: Announced | null
}

/** An announcement, as it is remembered. */
export interface Announced {
  /** For a conditional request for the announcement. */
  index: Validators
  version: string | null
  checksum: string | null
}

/**
 * What to ask for news of: only a version that is active or held, read in the format of the config, makes "nothing new"
 * an answer. One whose kept file is gone is downloaded again, so that it is kept.
 */
export function readKept(db: Db, { id: listId, format }: { id: string; format: string }): Kept | null {
  const source = readSource(db, listId)
  if (source === undefined || source.sha256 === null) return null
  const { sha256, version, checksum } = source
  const snapshot = findSnapshot(db, listId, sha256)
  if (snapshot?.format !== format || (snapshot.state !== 'active' && snapshot.state !== 'held')) return null
  const path = archivedPath(db.name, sha256)
  if (!existsSync(path)) return null
  const index = validators(source.index_resource, source.index_etag, source.index_last_modified)
  return {
    ...{ sha256, path },
    file: validators(source.resource, source.etag, source.last_modified),
    announced: index && { index, version, checksum },
  }
}

/**
 * Remembers what the source said of a version, for the next look.
 *
 * @param file of the download; `null` = it was not downloaded as it stands; `undefined` = as it was.
 */
export function rememberSource(
  db: Db,
  listId: string,
  sha256: string,
  file: Validators | null | undefined,
  announced: Announced | null,
): void {
  const before = readSource(db, listId)
  putSource(db, {
    ...{ list_id: listId, sha256, not_before: null },
    resource: file === undefined ? (before?.resource ?? null) : (file?.resource ?? null),
    etag: file === undefined ? (before?.etag ?? null) : (file?.etag ?? null),
    last_modified: file === undefined ? (before?.last_modified ?? null) : (file?.lastModified ?? null),
    index_resource: announced?.index.resource ?? null,
    index_etag: announced?.index.etag ?? null,
    index_last_modified: announced?.index.lastModified ?? null,
    ...{ version: announced?.version ?? null, checksum: announced?.checksum ?? null },
  })
}

function validators(
  resource: string | null,
  etag: string | null,
  lastModified: string | null,
): Validators | null {
  return resource === null ? null : { resource, etag, lastModified }
}
