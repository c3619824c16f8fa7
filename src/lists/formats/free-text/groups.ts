import { longestAddress, shortestAddress, vouched } from './damage.ts'
import type { Run } from './runs.ts'

/** How many runs make one text of an address's length, and whether it is an address when they are put together. */
export interface Groups {
  count: number
  isAddress: boolean
}

const fewest = 4
const shortest = 3

/**
 * The runs from `at` on that are groups of one length, as people write long numbers: `bc1q wtz3 zv95 …`, the last one
 * shorter. Letters and digits must be mixed: words are no groups. `null` where they make no text as long as an address.
 */
export function groupsFrom(runs: readonly Run[], at: number): Groups | null {
  const size = runs[at]?.text.length ?? 0
  if (size < shortest) return null
  let joined = ''
  let withDigit = 0
  let count = 0
  for (let last = false; !last; count++) {
    const run = runs[at + count]
    if (run === undefined || run.inLink || !/^[0-9A-Za-z]+$/.test(run.text)) break
    if (run.text.length > size || joined.length + run.text.length > longestAddress) break
    if (count > 0 && run.start - (runs[at + count - 1]?.end ?? 0) > 1) break
    joined += run.text
    if (/[0-9]/.test(run.text)) withDigit++
    last = run.text.length < size
    if (count + 1 >= fewest && joined.length >= shortestAddress && vouched(joined))
      return { count: count + 1, isAddress: true }
  }
  const mixed = /[A-Za-z]/.test(joined) && withDigit * 3 >= count
  return mixed && count >= fewest && joined.length >= shortestAddress ? { count, isAddress: false } : null
}
