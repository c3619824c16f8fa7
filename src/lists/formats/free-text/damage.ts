import { keyFamily } from '../../../address/key.ts'
import { parseAddress } from '../../../address/parse.ts'
import type { Run } from './runs.ts'

/** Longer than two addresses of the longest kind that matter here: beyond it nobody looks for glue. */
const longestGlued = 200
/** No address that carries a checksum is shorter. */
export const shortestAddress = 25
export const longestAddress = 110
/** An address is split in so many parts at most, with so much between two of them. */
const mostParts = 4
const widestGap = 5

/** The lengths that addresses have, by how they begin: most cuts of a text need no checksum to be ruled out. */
const shape =
  /^(?:0x.{40}|[1-9A-Za-z]{25,36}|(?:bc1|tb1|bcrt1|ltc1|tltc1|bnb1|btg1)\w{22,70}|[qpzr]\w{41}|(?:bitcoincash|bchtest|bchreg):\w{42,61}|[48]\w{94,105})$/i

/** Whether a text is an address that vouches for itself. Solana's carry no checksum: any cut of a text might be one. */
export function vouched(text: string): boolean {
  if (!shape.test(text)) return false
  const parsed = parseAddress(text)
  return parsed.ok && keyFamily(parsed.key) !== 'solana'
}

/** What is wrong with a run that holds a whole address and more; `null` where it holds none. */
export function whatIsGlued(text: string): string | null {
  if (text.length > longestGlued) return null
  let holdsOne = false
  for (let cut = shortestAddress; cut < text.length; cut++) {
    const head = cut <= longestAddress && vouched(text.slice(0, cut))
    const tail = text.length - cut <= longestAddress && vouched(text.slice(cut))
    if (head && tail) return 'two addresses with nothing between them'
    holdsOne ||= head || tail
  }
  // The tails shorter than the loop's first cut leaves.
  for (let cut = 1; cut < shortestAddress && !holdsOne && cut < text.length; cut++)
    holdsOne = text.length - cut <= longestAddress && vouched(text.slice(cut))
  return holdsOne ? 'an address with other characters glued to it' : null
}

/** How many of the runs from `at` on are one address with something between its parts; 0 where none are. */
export function partsOfSplit(runs: readonly Run[], at: number): number {
  let joined = ''
  for (let count = 1; count <= mostParts; count++) {
    const run = runs[at + count - 1]
    if (run === undefined || run.inLink || joined.length + run.text.length > longestAddress) return 0
    const gap = run.start - (runs[at + count - 2]?.end ?? 0)
    if (count > 1 && (gap > widestGap || (run.text.length >= shortestAddress && vouched(run.text)))) return 0
    joined += run.text
    if (count > 1 && joined.length >= shortestAddress && /[0-9]/.test(joined) && vouched(joined)) return count
  }
  return 0
}
