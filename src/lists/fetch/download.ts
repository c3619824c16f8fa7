import type { FileHandle } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { ChainscreenError, redactUrl } from '../../diagnostics/errors.ts'
import { type Answer, ask } from './ask.ts'
import type { Connections } from './connections.ts'
import {
  diskFailure,
  FetchFailure,
  onDisk,
  refusedBy,
  transportFailure,
  writeWhole,
} from './fetch-failure.ts'
import type { FetchRequest } from './types.ts'

/** How often a broken body is asked on for. Each time must have brought something. */
const maxResumes = 10

/**
 * Writes an answer's body to a file. A body that breaks off is asked on for where the server has told its version
 * apart (Range with If-Range), from the same address and within this attempt.
 *
 * @returns the answer that the file is of: another one than `first` where the version changed meanwhile.
 * @throws FetchFailure where it does not arrive whole, or is too large; ChainscreenError `disk` where it can't be written.
 */
export async function download(
  first: Answer,
  file: FileHandle,
  request: FetchRequest,
  connections: Connections,
  signal: AbortSignal,
): Promise<Answer> {
  let version = first
  let body = readBody(first)
  let total = totalOf(first, request.maxBytes)
  let written = 0
  for (let resumes = 0; ; resumes++) {
    const before = written
    try {
      for await (const chunk of body) {
        if (written + chunk.length > request.maxBytes) throw tooLarge(version, request.maxBytes)
        await onDisk(request.folder, () => writeWhole(file, chunk, written))
        written += chunk.length
      }
      if (total !== null && written !== total) {
        throw new FetchFailure(
          `${hostOf(version)} sent something else than the ${total} bytes it announced.`,
          { again: true },
        )
      }
      await checkSize(file, written, request.folder)
      return version
    } catch (error) {
      if (error instanceof ChainscreenError && !(error instanceof FetchFailure)) throw error
      signal.throwIfAborted()
      const cut =
        error instanceof FetchFailure ? error : transportFailure(hostOf(version), error, version.proxy)
      const headers = resumeHeaders(version, written)
      if (!cut.again || headers === null || written === before || resumes === maxResumes) {
        throw withBytes(cut, written, total)
      }
      const next = await ask(version.url, { ...request, known: null }, connections, signal, headers)
      body = readBody(next)
      if (next.status === 200) {
        // Another version by now, or a server that can't do parts.
        await onDisk(request.folder, () => file.truncate(0))
        version = next
        total = totalOf(next, request.maxBytes)
        written = 0
        continue
      }
      const part = next.status === 206 ? readPart(next, version, total) : null
      if (part?.start !== written) {
        next.body.destroy()
        throw new FetchFailure(`${cut.message} The download did not resume (${next.status}).`, {
          again: true,
          status: next.status,
        })
      }
      // Also of a body that did not say how long it is: this part is not its end unless it reaches that.
      total = part.size
      if (total > request.maxBytes) throw tooLarge(next, request.maxBytes)
    }
  }
}

/** What is on the disk is what arrived: nothing else may be taken for a list. */
async function checkSize(file: FileHandle, written: number, folder: string): Promise<void> {
  const { size } = await onDisk(folder, () => file.stat())
  if (size !== written) throw diskFailure(folder, `${size} bytes are there of ${written} that were written`)
}

/**
 * The length that the body must have; `null` = it says itself where it ends (chunked).
 *
 * @throws FetchFailure where a cut body could not be told from a whole one.
 */
function totalOf(answer: Answer, maxBytes: number): number | null {
  const length = answer.header('content-length')
  if (length !== undefined) {
    if (Number(length) > maxBytes) throw tooLarge(answer, maxBytes)
    return Number(length)
  }
  // Only where it comes last does it say where the body ends (RFC 9112, 6.3).
  if (/(^|,)\s*chunked\s*$/i.test(answer.header('transfer-encoding') ?? '')) return null
  throw new FetchFailure(
    `${hostOf(answer)} does not say how long its answer is (neither Content-Length nor chunked): a truncated one could not be recognised.`,
    { again: false, status: answer.status },
  )
}

function tooLarge(answer: Answer, maxBytes: number): FetchFailure {
  const limit = maxBytes.toLocaleString('en-US')
  return new FetchFailure(`${hostOf(answer)} sends more than ${limit} bytes (\`maxBytes\` of the list).`, {
    again: false,
    status: answer.status,
  })
}

function withBytes(cut: FetchFailure, written: number, total: number | null): FetchFailure {
  if (written === 0 || !cut.again) return cut
  const of = total === null ? '' : ` of ${total}`
  return new FetchFailure(`${cut.message} ${written} bytes${of} had arrived.`, {
    again: true,
    status: cut.status ?? 200,
    cause: cut,
  })
}

/** The error for an answer that is not 200. Its body is not read. */
export function refused(answer: Answer, retryAfterMs: number | undefined): FetchFailure {
  answer.body.on('error', () => {}).destroy()
  return refusedBy(hostOf(answer), answer.status, retryAfterMs)
}

export function hostOf(answer: Answer): string {
  return redactUrl(answer.url.href)
}

/** A Last-Modified this much older than the answer tells versions apart (RFC 9110, 8.8.2.2, with room for clocks). */
const settledMs = 60_000

/**
 * The headers that ask for the rest of a body, only if it is still of the same version; `null` where the server
 * gave nothing to tell versions apart by (RFC 9110, 13.1.5: If-Range takes strong validators only).
 *
 * @param from bytes that have arrived.
 */
function resumeHeaders(answer: Answer, from: number): Record<string, string> | null {
  if (/^none$/i.test(answer.header('accept-ranges') ?? '')) return null
  const validator = strongValidator(answer)
  return validator === null ? null : { range: `bytes=${from}-`, 'if-range': validator }
}

function strongValidator(answer: Answer): string | null {
  const etag = answer.header('etag')
  if (etag?.startsWith('"')) return etag
  const modified = answer.header('last-modified')
  const age = Date.parse(answer.header('date') ?? '') - Date.parse(modified ?? '')
  return modified !== undefined && age >= settledMs ? modified : null
}

/**
 * What a 206 holds: from where on, and how long the whole is; `null` unless it is the rest of this very version, to its
 * end.
 *
 * @param total length of the whole, where it is known.
 */
function readPart(part: Answer, whole: Answer, total: number | null): { start: number; size: number } | null {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(part.header('content-range') ?? '')
  if (range === null) return null
  const [start = Number.NaN, last = Number.NaN, size = Number.NaN] = range.slice(1).map(Number)
  const toTheEnd = last + 1 === size && (total === null || size === total)
  const same = (name: string) => {
    const said = part.header(name)
    return said === undefined || said === whole.header(name)
  }
  const sameVersion =
    same('etag') &&
    same('last-modified') &&
    part.header('content-encoding') === whole.header('content-encoding')
  return toTheEnd && sameVersion ? { start, size } : null
}

/** What is read ahead of the disk. */
const aheadBytes = 1 << 20

/**
 * The bytes of a body, and then, if it broke off, the error: undici's own stream forgets what nobody had read yet when
 * the connection breaks. Call it in the same tick as the answer comes.
 */
function readBody({ body }: Answer): AsyncIterable<Buffer> {
  const through = new PassThrough({ highWaterMark: aheadBytes })
  let failure: unknown
  body.on('error', (error: unknown) => {
    failure = error
    through.end()
  })
  body.pipe(through)
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* through as AsyncIterable<Buffer>
        if (failure !== undefined) throw failure
      } finally {
        body.destroy()
      }
    },
  }
}
