import type { Entry, FreezeNotice, Interval, ListedAtTransfer } from './types.ts'

/** UTC ISO-8601 to the second, as the chain gives it. @param unixSeconds a block's time. */
export function isoTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`
}

/** A date has no more to compare than a date: the part of a time that is as exact as the end of an interval. */
function asExactAs(end: string, time: string): string {
  return time.slice(0, end.length)
}

/** Whether this is the time of a block, and no date. */
function isExact(end: string | null): end is string {
  return end !== null && end.length > 'YYYY-MM-DD'.length
}

/**
 * Whether a time lies in one of the intervals. Of dates `from` is included and `to` is not. Of the times of blocks both
 * are: what stood in the very block in which an account was let go may have come before it.
 *
 * @param time as `isoTime` gives it.
 */
export function inForceAt(intervals: readonly Interval[], time: string): boolean {
  return intervals.some(
    ({ from, to }) =>
      from <= asExactAs(from, time) &&
      (to === null || asExactAs(to, time) < to || (isExact(to) && to === time)),
  )
}

/** An entry alerts when it is in force now, or was at the time of the transfer. */
export function alertsAt(entry: Entry, time: string): boolean {
  return entry.intervals.at(-1)?.to === null || inForceAt(entry.intervals, time)
}

/**
 * Whether the address was listed when the transfer happened. `unknown` lies between the party's listing date and
 * the first snapshot known to hold the address. Where intervals are exact to the block nothing is unknown, and
 * `same-day` is the very block in which one begins (or another of its second).
 *
 * @param time the block's, as `isoTime` gives it.
 */
export function listedAtTransfer(entry: Entry, time: string): ListedAtTransfer {
  const { intervals } = entry
  if (isExact(intervals[0]?.from ?? null)) {
    if (intervals.some(({ from }) => from === time)) return 'same-day'
    return inForceAt(intervals, time) ? 'yes' : 'no'
  }
  const date = time.slice(0, 10)
  if (entry.listedOn !== null && date < entry.listedOn) return 'no'
  if (date === entry.listedOn || date === entry.firstSeen) return 'same-day'
  if (date < entry.firstSeen) return 'unknown'
  // Removed and listed again: in the time between, it was not listed.
  return inForceAt(intervals, time) ? 'yes' : 'no'
}

/** What the contract of a token said of one account, and when: UTC ISO-8601 to the second. */
export interface FreezeEvent extends Pick<FreezeNotice, 'contract' | 'change'> {
  time: string
}

/** When an account was frozen. */
interface Frozen {
  /** While any contract had it frozen, in order of time. Exact to the block: see {@link Interval}. */
  intervals: Interval[]
  /** The contracts that have it frozen now; where none has, those that ever had. */
  contracts: string[]
}

/** When an account was frozen, from all that was said of it. Pure. @param events in the order of the chain. */
export function frozenIntervals(events: Iterable<FreezeEvent>): Frozen {
  const intervals: Interval[] = []
  const frozen = new Set<string>()
  const ever = new Set<string>()
  for (const { contract, change, time } of events) {
    if (change === 'frozen') {
      ever.add(contract)
      if (frozen.size === 0) open(intervals, time)
      frozen.add(contract)
    } else if (frozen.delete(contract) && frozen.size === 0) close(intervals, time)
  }
  return { intervals, contracts: [...(frozen.size > 0 ? frozen : ever)].sort() }
}

/** Let go and frozen again within one block (or one second): it stayed frozen, as far as times can tell. */
function open(intervals: Interval[], time: string): void {
  const last = intervals.at(-1)
  if (last !== undefined && last.to !== null && last.to >= time) last.to = null
  else intervals.push({ from: time, to: null })
}

/** There are chains whose blocks may be of the same second; none may go back in time, and an interval never does. */
function close(intervals: Interval[], time: string): void {
  const last = intervals.at(-1)
  if (last !== undefined) last.to = time < last.from ? last.from : time
}
