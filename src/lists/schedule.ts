import { createHash } from 'node:crypto'
import type { ListCheck } from '../ledger/lists/list-checks.ts'
import { maxRetryAfterMs, retryDelayMs } from '../network/retry.ts'

/** After a failure a list is tried again sooner than usual: after a minute, then two, four, … */
const firstRetryMs = 60_000

/** The largest part of an interval that is added to it, so that not everybody asks a publisher at the full hour. */
const jitter = 0.1

/** How many looks at the source {@link nextCheck} needs to see: more failures in a row than that change nothing. */
export const checksToSee = 16

/**
 * When a list is due to be checked, from what the ledger has of its last checks: a restart changes nothing.
 *
 * @param checks of the source, newest first. @param notBefore the server asked not to be asked before, ISO-8601.
 * @param now ISO-8601.
 * @returns milliseconds since 1970; in the past = due.
 */
export function nextCheck(
  list: { id: string; everyMs: number },
  checks: readonly Pick<ListCheck, 'at' | 'outcome'>[],
  notBefore: string | null,
  now: string,
): number {
  const [last] = checks
  const asked = askedToWait(notBefore, now)
  // A clock that was set back must not put the next check off until it has caught up.
  if (last === undefined || Date.parse(last.at) > Date.parse(now)) return asked
  const firstGood = checks.findIndex(({ outcome }) => outcome !== 'failed')
  const failures = firstGood === -1 ? checks.length : firstGood
  const usual =
    failures === 0 ? list.everyMs : retryDelayMs({ firstMs: firstRetryMs, longestMs: list.everyMs }, failures)
  const interval = usual * (1 + jitter * spread(`${list.id} ${last.at}`))
  return Math.max(Date.parse(last.at) + interval, asked)
}

/**
 * Until when the server asked to be left alone, in milliseconds since 1970; 0 = it did not. Longer than any server is
 * heard, it was noted by a clock that has been set back since.
 */
export function askedToWait(notBefore: string | null, now: string): number {
  const until = notBefore === null ? 0 : Date.parse(notBefore)
  return until > Date.parse(now) + maxRetryAfterMs ? 0 : until
}

/** A number from 0 to 1 that is the same for the same text, and else like drawn. */
function spread(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
}
