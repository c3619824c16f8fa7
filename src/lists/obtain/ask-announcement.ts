import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { FetchFailure } from '../fetch/fetch-failure.ts'
import type { Announcement, Publication } from '../publication.ts'
import { fetchText } from './fetch-text.ts'
import type { Announced, Kept, Look } from './types.ts'

/** `same`: the announced version is the one that is kept. */
export type Asked =
  | { state: 'same'; status: number; announced: Announced }
  | { state: 'newer'; announcement: Announcement; announced: Announced }

/**
 * Asks what the publisher announces.
 *
 * @returns `null` where there is no announcement that can be used: that is told, but for one that is simply not there
 * (HTTP 404 or 410).
 * @throws FetchFailure where it can't be had at the moment, ChainscreenError `disk` where it can't be written, `config` where
 * the environment names no proxy that can be used: the file would be no better off.
 */
export async function askAnnouncement(
  look: Look,
  kept: Kept | null,
  publication: Publication,
): Promise<Asked | null> {
  const file = new URL(look.request.url)
  const known = kept?.announced ?? null
  try {
    const answer = await fetchText(look, publication.announcementUrl(file), known?.index ?? null)
    if (answer.state === 'not-modified') {
      return known === null ? null : { state: 'same', status: 304, announced: known }
    }
    const announcement = publication.readAnnouncement(answer.text, file)
    const { version, checksum } = announcement
    const told = [version, checksum].find((text) => text !== null && look.request.redactor.reveals(text))
    if (told !== undefined) throw new ChainscreenError('bad-file', 'it holds what this list is asked with.')
    const announced: Announced = { index: answer.validators, version, checksum }
    if (known !== null && isSame(known, announced)) return { state: 'same', status: 200, announced }
    return { state: 'newer', announcement, announced }
  } catch (error) {
    if (look.request.signal?.aborted || isInTheWay(error)) throw error
    const absent = error instanceof FetchFailure && (error.status === 404 || error.status === 410)
    if (!absent)
      look.tell(`its announcement can't be used, and the file is loaded without: ${messageOf(error)}`)
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
