import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { messageOf } from '../../diagnostics/errors.ts'
import type { Answer } from './ask.ts'
import { hostOf } from './download.ts'
import { diskFailure, FetchFailure } from './fetch-failure.ts'
import type { FetchRequest } from './types.ts'

/**
 * Undoes the Content-Encoding of a downloaded body.
 *
 * @returns the path of the file itself, which may be another one.
 * @throws FetchFailure where it is damaged, too large, or in an encoding that was not asked for; ChainscreenError `disk`
 * where it can't be written.
 */
export async function decodeBody(
  answer: Answer,
  path: string,
  { maxBytes, folder }: FetchRequest,
): Promise<string> {
  const encoding = (answer.header('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return path
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new FetchFailure(
      `${hostOf(answer)} sent the encoding ${JSON.stringify(encoding.slice(0, 40))}; gzip or none was asked for.`,
      { again: false, status: answer.status },
    )
  }
  const decoded = `${path.replace(/\.part$/, '')}.decoded.part`
  const tooLarge = new FetchFailure(
    `${hostOf(answer)} sends more than ${maxBytes.toLocaleString('en-US')} bytes, decompressed (\`maxBytes\` of the list).`,
    { again: false, status: answer.status },
  )
  try {
    await pipeline(
      createReadStream(path),
      createGunzip(),
      async function* (chunks: AsyncIterable<Buffer>) {
        let bytes = 0
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > maxBytes) throw tooLarge
          yield chunk
        }
      },
      createWriteStream(decoded, { flags: 'wx', mode: 0o600 }),
    )
    await rm(path, { force: true })
    return decoded
  } catch (cause) {
    await rm(decoded, { force: true })
    if (cause === tooLarge) throw tooLarge
    if (!isZlibError(cause)) throw diskFailure(folder, messageOf(cause), cause)
    throw new FetchFailure(`${hostOf(answer)} sent a gzip answer that is damaged (${messageOf(cause)}).`, {
      again: true,
      status: answer.status,
      cause,
    })
  }
}

/** Codes of zlib (Node.js, "Zlib constants"): everything else in there is the disk's. */
function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
