import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { messageOf, redactUrl } from '../../diagnostics/errors.ts'
import { FetchFailure } from '../fetch/fetch-failure.ts'
import type { Announcement } from '../publication.ts'
import type { Look } from './types.ts'

/**
 * Holds a downloaded file against what was announced; one that differs is removed. A new version may have come between
 * the two answers, so that trying again is worth it.
 *
 * @throws FetchFailure where it is not the announced file.
 */
export async function checkAnnounced(
  { request, tell }: Look,
  path: string,
  { check }: Announcement,
): Promise<void> {
  if (check === null) return tell('its announcement says nothing that the file could be checked against')
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
