/** So far the clocks of two machines may differ, or a block's time be ahead. */
const toleratedMs = 5 * 60_000

/**
 * Whether a moment that was noted when it had come has not: the clock was wrong then, or is wrong now, and no age that is
 * counted from it means anything.
 *
 * @param moment, at ISO-8601.
 */
export function isStillToCome(moment: string, at: string): boolean {
  return Date.parse(moment) - Date.parse(at) > toleratedMs
}
