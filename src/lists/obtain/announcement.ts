import { createReadStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ChainscreenError, messageOf, redactUrl } from '../../diagnostics/errors.ts'
import { FetchFailure } from '../fetch/fetch-failure.ts'
import { fetchList } from '../fetch/fetch-list.ts'
import type { Validators } from '../fetch/types.ts'
import type { Announcement, Publication } from '../publication.ts'
import type { Announced, Kept, SourceAccess } from './archived.ts'

/** `same`: the announced version is the one that is kept. */
type Asked =
  | { state: 'same'; status: number; announced: Announced }
  | { state: 'newer'; announcement: Announcement; announced: Announced }

/**
 * Asks what the publisher announces.
 *
 * @returns `null` where there is no announcement that can be used: that is logged, but for one that is simply not there
 * (HTTP 404 or 410).
 * @throws FetchFailure where it can't be had at the moment, ChainscreenError `disk` where it can't be written, `config` where
 * the environment names no proxy that can be used: the file would be no better off.
 */
export async function askAnnouncement(
  access: SourceAccess,
  kept: Kept | null,
  publication: Publication,
): Promise<Asked | null> {
  const file = new URL(access.request.url)
  const known = kept?.announced ?? null
  try {
    const answer = await fetchText(access, publication.announcementUrl(file), known?.index ?? null)
    if (answer.state === 'not-modified') {
      return known === null ? null : { state: 'same', status: 304, announced: known }
    }
    const announcement = publication.readAnnouncement(answer.text, file)
    const { version, checksum } = announcement
    const secret = [version, checksum].find((text) => text !== null && access.request.redactor.reveals(text))
    if (secret !== undefined) throw new ChainscreenError('bad-file', 'it holds what this list is asked with.')
    const announced: Announced = { index: answer.validators, version, checksum }
    if (known !== null && isSame(known, announced)) return { state: 'same', status: 200, announced }
    return { state: 'newer', announcement, announced }
  } catch (error) {
    if (access.request.signal?.aborted || isInTheWay(error)) throw error
    const absent = error instanceof FetchFailure && (error.status === 404 || error.status === 410)
    if (!absent)
      access.note(`its announcement can't be used, and the file is loaded without: ${messageOf(error)}`)
    return null
  }
}

/** What keeps the file itself from being had, too. */
function isInTheWay(error: unknown): boolean {
  if (error instanceof FetchFailure) return error.again
  return error instanceof ChainscreenError && (error.code === 'disk' || error.code === 'config')
}

/** Announced at the same address, as the same version of the same content; or as another version of the same content. */
function isSame(known: Announced, now: Announced): boolean {
  if (known.index.resource !== now.index.resource) return false
  if (known.checksum !== null || now.checksum !== null) return known.checksum === now.checksum
  return known.version !== null && known.version === now.version
}

/**
 * Holds a downloaded file against what was announced; one that differs is removed. A new version may have come between
 * the two answers, so that trying again is worth it.
 *
 * @throws FetchFailure where it is not the announced file.
 */
export async function checkAnnounced(
  { request, note }: SourceAccess,
  path: string,
  { check }: Announcement,
): Promise<void> {
  if (check === null) return note('its announcement says nothing that the file could be checked against')
  try {
    await pipeline(check(createReadStream(path, { highWaterMark: 1 << 18 })), dropped())
  } catch (cause) {
    await rm(path, { force: true })
    const message = `${redactUrl(request.url)} sent another file than it announces: ${messageOf(cause)}`
    throw new FetchFailure(message, { again: true, status: 200, cause })
  }
}

function dropped(): Writable {
  return new Writable({ write: (_chunk, _encoding, next) => next() })
}

/** An index is some kilobytes, that of a collection of all datasets some megabytes. */
const maxTextBytes = 64 * 1024 * 1024

/** A small text beside a list's file, within the same bounds as the file. @throws as `fetchList`. */
export async function fetchText(
  { request, options }: SourceAccess,
  url: URL,
  known: Validators | null,
): Promise<{ state: 'not-modified' } | { state: 'fetched'; text: string; validators: Validators }> {
  const maxBytes = Math.min(request.maxBytes, maxTextBytes)
  const result = await fetchList({ ...request, url: url.href, maxBytes, known }, options)
  if (result.state === 'not-modified') return { state: 'not-modified' }
  try {
    return { state: 'fetched', text: await readFile(result.path, 'utf8'), validators: result.validators }
  } finally {
    await rm(result.path, { force: true })
  }
}
