import type { FileHandle } from 'node:fs/promises'
import type { Dispatcher } from 'undici'
import { redactUrl } from '../../errors.ts'
import { type Answer, ask } from './ask.ts'
import { readBody } from './body.ts'
import { FetchFailure, refusedBy, transportFailure } from './fetch-failure.ts'
import { partStart, resumeHeaders } from './resume.ts'
import type { FetchRequest } from './types.ts'

/** How often a broken body is asked on for. Each time must have brought something. */
const maxResumes = 10

/**
 * Writes an answer's body to a file. A body that breaks off is asked on for where the server has told its version
 * apart (Range with If-Range), from the same address and within this attempt.
 *
 * @returns the answer that the file is of: another one than `first` where the version changed meanwhile.
 * @throws FetchFailure where it does not arrive whole, or is too large.
 */
export async function download(
  first: Answer,
  file: FileHandle,
  request: FetchRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer> {
  let version = first
  let body = readBody(first)
  let written = 0
  for (let resumes = 0; ; resumes++) {
    const total = totalOf(version, request.maxBytes)
    const before = written
    try {
      for await (const chunk of body) {
        written += chunk.length
        if (written > request.maxBytes) throw tooLarge(version, request.maxBytes)
        await file.write(chunk, 0, chunk.length, written - chunk.length)
      }
      if (total === null || written === total) return version
      throw new FetchFailure(`${hostOf(version)} sent something else than the ${total} bytes it announced.`, {
        again: true,
      })
    } catch (error) {
      signal.throwIfAborted()
      const cut = error instanceof FetchFailure ? error : transportFailure(hostOf(version), error)
      const headers = resumeHeaders(version, written)
      if (!cut.again || headers === null || written === before || resumes === maxResumes) {
        throw withBytes(cut, written, total)
      }
      const next = await ask(version.url, { ...request, known: null }, dispatcher, signal, headers)
      body = readBody(next)
      if (next.status === 200) {
        // Another version by now, or a server that can't do parts.
        await file.truncate(0)
        version = next
        written = 0
      } else if (next.status !== 206 || partStart(next, version, total) !== written) {
        next.body.destroy()
        throw new FetchFailure(`${cut.message} It did not go on from there (${next.status}).`, {
          again: true,
          status: next.status,
        })
      }
    }
  }
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
  if (/\bchunked\b/i.test(answer.header('transfer-encoding') ?? '')) return null
  throw new FetchFailure(
    `${hostOf(answer)} does not say how long its answer is (neither Content-Length nor chunked): a cut one could not be told from a whole one.`,
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
