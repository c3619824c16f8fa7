import { keyFamily } from '../../../address/key.ts'
import { parseAddress } from '../../../address/parse.ts'
import { cashPrefixes, segwit } from './prefixes.ts'

/** Longer than two addresses of the longest kind that matter here: beyond it nobody looks for glue. */
const longestGlued = 200
/** No address that carries a checksum is shorter. */
export const shortestAddress = 25
export const longestAddress = 110
/** The lengths that addresses have, by how they begin: most cuts of a text need no checksum to be ruled out. */
const shape = new RegExp(
  [
    '^(?:0x.{40}',
    '[1-9A-HJ-NP-Za-km-z]{25,36}',
    `${segwit}\\w{22,70}`,
    '[qpzr]\\w{41}',
    `(?:${cashPrefixes.join('|')}):\\w{42,61}`,
    '[48]\\w{94,105})$',
  ].join('|'),
  'i',
)

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
