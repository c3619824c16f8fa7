/** How long to wait between attempts: exponential, up to a longest pause. */
export interface RetryPolicy {
  /** After the first failure in a row, in milliseconds; doubled with each further one. */
  firstMs: number
  longestMs: number
}

/**
 * @param failures in a row, 1 or more.
 * @param askedMs how long the other side asked to be left alone.
 * @returns milliseconds until the next attempt, never less than the other side asked for.
 */
export function retryDelayMs({ firstMs, longestMs }: RetryPolicy, failures: number, askedMs = 0): number {
  return Math.max(Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs), askedMs)
}

/**
 * The same with jitter, for a bounded number of attempts: between half of the delay and all of it.
 *
 * @param failures attempts that failed so far, 1 or more.
 * @param random 0 ≤ r < 1.
 * @returns `null` where the attempts are used up, or where the other side asks for more than the longest pause.
 */
export function jitteredDelayMs(
  policy: RetryPolicy & { attempts: number },
  failures: number,
  askedMs: number | undefined,
  random: number,
): number | null {
  if (failures >= policy.attempts) return null
  if (askedMs !== undefined && askedMs > policy.longestMs) return null
  return Math.max(retryDelayMs(policy, failures) * (0.5 + random / 2), askedMs ?? 0)
}

/** A list's server is left alone for no longer, whatever it asks for. */
export const maxRetryAfterMs = 7 * 86_400_000

/**
 * A Retry-After header (RFC 9110, 10.2.3: seconds, or a date), in milliseconds.
 *
 * @param now milliseconds since 1970.
 * @param longestMs a longer time is cut to this. Default: {@link maxRetryAfterMs}.
 * @returns `undefined` where there is none that can be read.
 */
export function retryAfterMs(
  header: string | null | undefined,
  now: number,
  longestMs = maxRetryAfterMs,
): number | undefined {
  const text = header?.trim() ?? ''
  const date = /^[a-z]{3}, /i.test(text) ? Date.parse(text) : Number.NaN
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : date - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestMs)
}
