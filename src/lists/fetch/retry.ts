import type { Patience } from './types.ts'

/** More than any server means: for no longer is one left alone. */
export const maxRetryAfterMs = 7 * 86_400_000

/**
 * A Retry-After header (RFC 9110, 10.2.3: seconds, or a date), in milliseconds; `undefined` where there is none that
 * can be read.
 *
 * @param now milliseconds since 1970.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  const date = /^[a-z]{3}, /i.test(text) ? Date.parse(text) : Number.NaN
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : date - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs)
}

/**
 * How long to wait before the next attempt: exponential with jitter, never less than the server asked for;
 * `null` = not worth waiting, come back another time.
 *
 * @param failed attempts that failed so far, 1 or more. @param random 0 ≤ r < 1.
 */
export function pauseMs(
  failed: number,
  asked: number | undefined,
  patience: Patience,
  random: number,
): number | null {
  if (failed >= patience.attempts) return null
  if (asked !== undefined && asked > patience.maxPauseMs) return null
  const full = Math.min(patience.firstPauseMs * 2 ** (failed - 1), patience.maxPauseMs)
  return Math.max(full * (0.5 + random / 2), asked ?? 0)
}
