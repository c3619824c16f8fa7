import type { Entry, Interval, ListedAtTransfer } from './types.ts'

/** The UTC date of a moment, `YYYY-MM-DD`. @param unixSeconds a block's time. */
export function utcDate(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10)
}

/** `from` is included, `to` is not. */
export function inForceOn(intervals: readonly Interval[], date: string): boolean {
  return intervals.some(({ from, to }) => from <= date && (to === null || date < to))
}

/** An entry alerts when it is in force now, or was at the time of the transfer. */
export function alertsOn(entry: Entry, date: string): boolean {
  return entry.intervals.at(-1)?.to === null || inForceOn(entry.intervals, date)
}

/**
 * Whether the address was listed when the transfer happened. `unknown` lies between the party's listing date and
 * the first snapshot known to hold the address.
 *
 * @param date the block's UTC date.
 */
export function listedAtTransfer(entry: Entry, date: string): ListedAtTransfer {
  if (entry.listedOn !== null && date < entry.listedOn) return 'no'
  if (date === entry.listedOn || date === entry.firstSeen) return 'same-day'
  if (date < entry.firstSeen) return 'unknown'
  // Removed and listed again: in the time between, it was not listed.
  return inForceOn(entry.intervals, date) ? 'yes' : 'no'
}
