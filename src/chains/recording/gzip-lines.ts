import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { ChainscreenError } from '../../errors.ts'
import { whyUnreadable } from '../../unreadable-file.ts'

/** More than the largest answers known (a traced block), and under the longest string Node can hold. */
const maxLineBytes = 400 * 1024 * 1024

/** One line of a file, without its newline; counted from 1. */
export interface Line {
  number: number
  text: string
}

/**
 * The lines of a gzip'd text file, streamed: memory holds one line at a time.
 *
 * @throws ChainscreenError `bad-file` when the file is missing, is not gzip or ends early
 */
export async function* readGzipLines(path: string): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let size = 0
  let number = 1
  for await (const chunk of unzipped(path)) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield { number, text: Buffer.concat(parts).toString('utf8') }
      parts = []
      size = 0
      number += 1
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    size += chunk.length - start
    if (size > maxLineBytes)
      throw new ChainscreenError(
        'bad-file',
        `${path}, line ${number}: longer than 400 MiB; this is no recording.`,
      )
  }
  if (size > 0)
    throw new ChainscreenError(
      'bad-file',
      `${path}, line ${number}: the line is cut off, the file is not complete; record or copy it again.`,
    )
}

async function* unzipped(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip)
  } catch (error) {
    throw new ChainscreenError(
      'bad-file',
      `${path}${whyDamaged(error) ?? ` can't be read: ${whyUnreadable(error)}`}.`,
      { cause: error },
    )
  } finally {
    file.destroy()
  }
}

/** What a file that was opened lacks; `undefined` where it could not even be read. */
function whyDamaged(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR')
    return ': the compressed data end early, the file is not complete; record or copy it again'
  if (code === 'Z_DATA_ERROR')
    return ': not a gzip file, or a damaged one; a recording is gzip-compressed JSON Lines'
  return undefined
}
