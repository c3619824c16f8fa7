import type { Answer } from './ask.ts'

/** A Last-Modified this much older than the answer tells versions apart (RFC 9110, 8.8.2.2, with room for clocks). */
const settledMs = 60_000

/**
 * The headers that ask for the rest of a body, only if it is still of the same version; `null` where the server
 * gave nothing to tell versions apart by (RFC 9110, 13.1.5: If-Range takes strong validators only).
 *
 * @param from bytes that have arrived.
 */
export function resumeHeaders(answer: Answer, from: number): Record<string, string> | null {
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
export function readPart(
  part: Answer,
  whole: Answer,
  total: number | null,
): { start: number; size: number } | null {
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
