import { longestAddress, shortestAddress, vouched } from './damage.ts'
import type { Effort } from './effort.ts'
import { disorder, leastDisorder } from './looks-like.ts'
import { bech32Data, begunHrp, cashPrefixes, segwit } from './prefixes.ts'
import { isNear, type Run } from './runs.ts'

/** Whether a text can still become an address when more is put behind it. */
const mayBecome = new RegExp(
  [
    '^(?:0(?:x[0-9a-f]{0,40})?',
    '[1-9A-HJ-NP-Za-km-z]{1,36}',
    '[48][1-9A-HJ-NP-Za-km-z]{1,105}',
    ...begunHrp,
    `${segwit}${bech32Data}{0,80}`,
    `[qpzr]${bech32Data}{0,41}`,
    `(?:${cashPrefixes.join('|')}):${bech32Data}{0,61})$`,
  ].join('|'),
  'i',
)

const evident = new RegExp(`^(?:0x|${segwit}|[qpzr]${bech32Data}*$|${cashPrefixes.join('|')})`, 'i')

/**
 * How many runs from `at` on are one address with something between its parts, in parts of any length; 0 where none
 * are. Only a checksum, or 40 digits behind `0x`, says so: words never are.
 */
export function partsOfSplit(text: string, runs: readonly Run[], at: number, effort: Effort): number {
  let joined = ''
  for (let count = 1; ; count++) {
    const run = runs[at + count - 1]
    if (run === undefined || !effort.part()) return 0
    if (count > 1 && !isNear(text, runs[at + count - 2], run)) return 0
    joined += run.text
    if (joined.length > longestAddress || isNumber(joined) || !mayBecome.test(joined)) return 0
    if (count === 1 || joined.length < shortestAddress || !isLikely(joined)) continue
    if (run.text.length >= shortestAddress && vouched(run.text)) return 0
    if (!effort.checksum()) return 0
    if (vouched(joined)) return isHash(text, runs, at + count, joined) ? 0 : count
  }
}

/** Digits alone, more than any address begins with: tables are full of them. */
export function isNumber(text: string): boolean {
  return text.length > 12 && /^[0-9]+$/.test(text)
}

/** Before a checksum is worked out. */
function isLikely(text: string): boolean {
  return /[0-9]/.test(text) && (evident.test(text) || disorder(text) >= leastDisorder)
}

/** A transaction's hash in groups: 64 digits, of which the first 40 pass for an address. */
function isHash(text: string, runs: readonly Run[], behind: number, address: string): boolean {
  if (!/^0x/i.test(address)) return false
  let digits = address.length - 2
  for (let at = behind; digits < 64; at++) {
    const run = runs[at]
    if (run === undefined || !/^[0-9a-f]+$/i.test(run.text) || !isNear(text, runs[at - 1], run)) return false
    digits += run.text.length
  }
  return digits === 64
}
