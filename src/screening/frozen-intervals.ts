import type { FreezeNotice, Interval } from './types.ts'

/** What the contract of a token said of one account, and when: UTC ISO-8601 to the second. */
export interface FreezeEvent extends Pick<FreezeNotice, 'contract' | 'change'> {
  time: string
}

/** When an account was frozen. */
export interface Frozen {
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
