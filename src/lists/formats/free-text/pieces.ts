import { parseAddress } from '../../../address/parse.ts'
import { longestAddress, shortestAddress } from './damage.ts'
import type { Effort } from './effort.ts'
import { isRandom, isWord } from './looks-like.ts'
import { bech32Data, begunHrp, segwit } from './prefixes.ts'
import { isNear, type Run } from './runs.ts'
import { isNumber, partsOfSplit } from './split.ts'

/** Runs that were meant as one text, and what is wrong with it. */
export interface Pieces {
  count: number
  reason: string
}

const hex = /^0(?:x[0-9a-f]*)?$/i
const bech32 = new RegExp(`^(?:${begunHrp.join('|')}|${segwit}${bech32Data}*)$`, 'i')
const noAddress = 'no address when they are put together'

/**
 * The runs from `at` on that were meant as one address, and are none when they are put together: it shows in how they
 * begin, or in their disorder or equal length behind words that announce an address. `null` where they are not, or
 * where a better beginning comes only later.
 */
export function damagedPieces(
  text: string,
  runs: readonly Run[],
  at: number,
  announced: () => boolean,
  effort: Effort,
): Pieces | null {
  const evident = evidentPieces(text, runs, at, effort)
  if (evident) return evident
  const guessed = equalGroups(text, runs, at, effort) ?? randomPieces(text, runs, at, effort)
  if (guessed === null || !announced()) return null
  for (let next = at + 1; next < at + guessed.count; next++)
    if (partsOfSplit(text, runs, next, effort) > 0 || evidentPieces(text, runs, next, effort)) return null
  return guessed
}

function evidentPieces(text: string, runs: readonly Run[], at: number, effort: Effort): Pieces | null {
  return hexPieces(text, runs, at, effort) ?? bech32Pieces(text, runs, at, effort)
}

function hexPieces(text: string, runs: readonly Run[], at: number, effort: Effort): Pieces | null {
  const pieces = join(text, runs, at, effort, (all) => hex.test(all))
  const digits = pieces.join('').length - 2
  if (pieces.length < 2 || digits < 30 || digits > 50) return null
  return { count: pieces.length, reason: `parts of ${digits} hex digits: ${noAddress}` }
}

function bech32Pieces(text: string, runs: readonly Run[], at: number, effort: Effort): Pieces | null {
  const pieces = join(text, runs, at, effort, (all) => bech32.test(all))
  // Words may stand behind it that have none but its letters.
  while (pieces.length > 1 && !/[0-9]/.test(pieces.at(-1) ?? '')) pieces.pop()
  const all = pieces.join('')
  if (pieces.length < 2 || all.length < shortestAddress || all.replace(/\D/g, '').length < 4) return null
  return { count: pieces.length, reason: `parts: ${noAddress}` }
}

function randomPieces(text: string, runs: readonly Run[], at: number, effort: Effort): Pieces | null {
  if (!/[A-Za-z]/.test(runs[at]?.text ?? '')) return null
  const may = (_: string, piece: string) => /^[0-9A-Za-z]+$/.test(piece) && !isWord(piece)
  const pieces = join(text, runs, at, effort, may)
  const all = pieces.join('')
  if (pieces.length < 2 || all.length < shortestAddress || !(isRandom(all) || isForeign(all))) return null
  return { count: pieces.length, reason: `parts: ${noAddress}` }
}

/** Of a chain that is not known here, in one case: letters and digits in plenty. */
function isForeign(text: string): boolean {
  return text.replace(/[^a-z]/gi, '').length >= 8 && text.replace(/[^0-9]/g, '').length >= 4
}

/** Fewer and shorter ones are words in a row. */
const fewestGroups = 4
const shortestGroup = 3

/**
 * Groups of one length, as people write long numbers: `bc1q wtz3 zv95 …`, the last one shorter. Letters and digits must
 * be mixed.
 */
function equalGroups(text: string, runs: readonly Run[], at: number, effort: Effort): Pieces | null {
  const size = runs[at]?.text.length ?? 0
  if (size < shortestGroup) return null
  let isLast = false
  const groups = join(text, runs, at, effort, (_, group, gap) => {
    if (isLast || gap > 1 || group.length > size || !/^[0-9A-Za-z]+$/.test(group)) return false
    isLast = group.length < size
    return true
  })
  const all = groups.join('')
  const withDigit = groups.filter((group) => /[0-9]/.test(group)).length
  const isMixed = /[A-Za-z]/.test(all) && withDigit * 3 >= groups.length
  if (!isMixed || groups.length < fewestGroups || all.length < shortestAddress) return null
  return { count: groups.length, reason: `groups that are ${noAddress}` }
}

/** The runs from `at` on, as long as they stand near each other and `may` takes them. */
function join(
  text: string,
  runs: readonly Run[],
  at: number,
  effort: Effort,
  may: (all: string, piece: string, gap: number) => boolean,
): string[] {
  const pieces: string[] = []
  let all = ''
  for (let next = at; ; next++) {
    const run = runs[next]
    const before = pieces.length === 0 ? undefined : runs[next - 1]
    if (run === undefined || !effort.part() || run.inLink || isWhole(run.text)) return pieces
    if (before && !isNear(text, before, run)) return pieces
    all += run.text
    if (
      all.length > longestAddress ||
      isNumber(all) ||
      !may(all, run.text, before ? run.start - before.end : 0)
    )
      return pieces
    pieces.push(run.text)
  }
}

function isWhole(text: string): boolean {
  return text.length >= shortestAddress && parseAddress(text).ok
}
