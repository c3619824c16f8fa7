import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline as pipe, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { checkArchived } from '../archive.ts'
import { mayLeadTo } from '../fetch/ask.ts'
import { fetchList } from '../fetch/fetch-list.ts'
import type { Announcement, Publication } from '../publication.ts'
import { fetchText } from './announcement.ts'
import type { Kept, SourceAccess } from './archived.ts'

/** Written to disk at a time. */
const blockChars = 1 << 18

/**
 * Makes the announced file of the kept one and the deltas that lead from it.
 *
 * @returns a temporary file that is the announced one, checked.
 * @throws anything: then the whole file has to be loaded.
 */
export async function makeFromDeltas(
  access: SourceAccess,
  kept: Kept,
  publication: Publication,
  { deltasUrl, version, checksum, check }: Announcement,
): Promise<{ path: string; how: string }> {
  const from = kept.announced?.version ?? null
  if (from === null || version === null) throw doubt('the archived version is not known')
  if (deltasUrl === null || checksum === null || check === null) {
    throw doubt('no checksum is announced to check the result against')
  }
  const index = await fetchText(access, beside(access, deltasUrl), null)
  if (index.state !== 'fetched') throw doubt('their index could not be downloaded')
  const plan = publication.planDeltas(index.text, from, version)
  if ('why' in plan) throw doubt(plan.why)
  await checkArchived(kept.path, kept.sha256)
  const path = join(access.request.folder, `.${randomUUID()}.part`)
  const deltas: string[] = []
  try {
    for (const url of plan.urls) deltas.push(await fetchDelta(access, beside(access, url)))
    let state: Readable = unpacked(kept.path)
    for (const delta of deltas) {
      state = Readable.from(inBlocks(publication.applyDelta(state, createReadStream(delta))), {
        objectMode: false,
      })
    }
    await pipeline(check(state), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return { path, how: `made from version ${from} and ${deltas.length} deltas` }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    for (const delta of deltas) await rm(delta, { force: true })
  }
}

async function fetchDelta({ request, options }: SourceAccess, url: URL): Promise<string> {
  const result = await fetchList({ ...request, url: url.href, known: null }, options)
  if (result.state === 'not-modified') throw doubt('one of them could not be downloaded')
  return result.path
}

function unpacked(path: string): Readable {
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  // Its errors surface on gunzip. One that comes after the reader gave up must not end the process.
  gunzip.on('error', () => {})
  pipe(createReadStream(path, { highWaterMark: 1 << 18 }), gunzip, () => {})
  return gunzip
}

/** An address that an index names. It may lead where a redirect of the list may lead, and takes the list's password along. */
function beside({ request }: SourceAccess, text: string): URL {
  const origin = new URL(request.url)
  const url = URL.canParse(text, origin.href) ? new URL(text, origin) : null
  if (url === null || !mayLeadTo(url, origin, origin, request.redirectHosts)) {
    throw doubt(
      `they are at ${url === null ? 'no address' : url.host}, which the config does not allow (\`redirectHosts\` of the list)`,
    )
  }
  if (url.origin === origin.origin) {
    url.username = origin.username
    url.password = origin.password
  }
  return url
}

/** Lines put together: a stream of millions of small pieces is slow. */
async function* inBlocks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let block = ''
  for await (const line of lines) {
    block += line
    if (block.length < blockChars) continue
    yield block
    block = ''
  }
  if (block !== '') yield block
}

function doubt(why: string): ChainscreenError {
  return new ChainscreenError('bad-file', `${why}.`)
}
