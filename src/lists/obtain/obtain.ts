import { messageOf } from '../../diagnostics/errors.ts'
import { fetchList } from '../fetch/fetch-list.ts'
import type { Validators } from '../fetch/types.ts'
import type { Announcement, Publication } from '../publication.ts'
import { askAnnouncement, checkAnnounced } from './announcement.ts'
import type { Announced, Kept, SourceAccess } from './archived.ts'
import { makeFromDeltas } from './deltas.ts'

/** What a look at a list's source gave. */
export type Obtained =
  /** The source has what is kept: HTTP 304 for the file, or an announcement of the same version. */
  | { state: 'not-modified'; status: number; announced: Announced | null }
  /** A whole file, checked as far as its publisher says what it is. `path` is a temporary file, which the caller removes. */
  | {
      state: 'fetched'
      status: number
      path: string
      validators: Validators | null
      announced: Announced | null
      /** Where it was not simply downloaded. */
      how: string | undefined
    }

/**
 * Asks a list's source for news, and gets the newest version: where the publisher announces versions, the announcement
 * is asked first, deltas are applied to what is kept where they lead to the announced file, and whatever arrives must be
 * that file. Where there is any doubt about announcement or deltas, the whole file is loaded, and that is logged.
 *
 * @param kept the version that is active or held, with what its source said of it; `null` for none.
 * @throws FetchFailure, or ChainscreenError `aborted`.
 */
export async function obtain(
  access: SourceAccess,
  kept: Kept | null,
  publication: Publication | undefined,
): Promise<Obtained> {
  if (publication === undefined) return download(access, kept)
  const asked = await askAnnouncement(access, kept, publication)
  if (asked === null) return download(access, kept)
  if (asked.state === 'same')
    return { state: 'not-modified', status: asked.status, announced: asked.announced }
  const { announcement, announced } = asked
  if (kept !== null && announcement.deltasUrl !== null) {
    const made = await tryDeltas(access, kept, publication, announcement)
    if (made !== null) return { state: 'fetched', status: 200, validators: null, announced, ...made }
  }
  const result = await download(access, null)
  if (result.state !== 'fetched') return result
  await checkAnnounced(access, result.path, announcement)
  return { ...result, announced }
}

/** The file itself, with no word on what it must be. */
async function download(access: SourceAccess, kept: Kept | null): Promise<Obtained> {
  const result = await fetchList({ ...access.request, known: kept?.file ?? null }, access.options)
  if (result.state === 'not-modified') return { ...result, announced: null }
  return { ...result, announced: null, how: undefined }
}

async function tryDeltas(
  access: SourceAccess,
  kept: Kept,
  publication: Publication,
  announcement: Announcement,
): Promise<{ path: string; how: string } | null> {
  try {
    return await makeFromDeltas(access, kept, publication, announcement)
  } catch (error) {
    if (access.request.signal?.aborted) throw error
    access.note(`its deltas were not used, and the whole file is loaded: ${messageOf(error)}`)
    return null
  }
}
