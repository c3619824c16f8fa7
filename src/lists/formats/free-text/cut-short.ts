import { isWord } from './looks-like.ts'
import { bech32Data, segwit } from './prefixes.ts'
import type { Run } from './runs.ts'

/** The marks of something left out: `...`, `…`, `[...]`, `***`, `____`, `[redacted]`. */
const mark = '(?:[\\[(]?(?:\\.{2,}|…+|[*•·_#-]{2,})[\\])]?|\\[(?:redacted|omitted)\\])'
/** The same within a run. */
const crossedOut = new RegExp(`^(?:0x[0-9a-f]+|${segwit}${bech32Data}+?)x{3,}[0-9a-z]+$`, 'i')
const markBehind = new RegExp(`^\\s?${mark}\\s?`)
const markBefore = new RegExp(`${mark}$`)
const markReach = 14
const evident = new RegExp(`^(?:0x[0-9a-f]*|${segwit}${bech32Data}*)$`, 'i')
const longest = 60

/**
 * How many runs from `at` on are what is left of an address that somebody cut short, as in `TGJVc3...aVNU`; 0 where
 * they are not. Only `0x` and `bc1` show by themselves: all else must stand behind words that announce an address.
 */
export function partsOfCutShort(
  text: string,
  runs: readonly Run[],
  at: number,
  announced: (start: number) => boolean,
): number {
  const run = runs[at]
  if (run === undefined || run.inLink || run.text.length > longest || !/^[0-9A-Za-z]+$/.test(run.text))
    return 0
  if (crossedOut.test(run.text)) return 1
  const behind = markBehind.exec(text.slice(run.end, run.end + markReach))?.[0]
  if (behind !== undefined) {
    const tail = tailOf(text, run, behind, runs[at + 1])
    const shows = evident.test(run.text) && (run.text.length > 2 || tail !== '')
    if (!shows && !(isOdd(run.text, tail) && announced(run.start))) return 0
    return tail === '' ? 1 : 2
  }
  const before = markBefore.exec(text.slice(Math.max(0, run.start - markReach), run.start))?.[0]
  return before !== undefined && isRandomPart(run.text) && announced(run.start - before.length) ? 1 : 0
}

/**
 * The end of the address, if `next` is that: behind a space there is one before the mark, too. A word is no end, nor is what
 * begins another address or its label.
 */
function tailOf(text: string, run: Run, behind: string, next: Run | undefined): string {
  if (next?.start !== run.end + behind.length || !/^[0-9A-Za-z]{1,24}$/.test(next.text)) return ''
  if (/^\s?:/.test(text.slice(next.end, next.end + 2))) return ''
  if (!/\s/.test(behind)) return isProse(next.text) && next.text.length <= 4 ? next.text : wordless(next.text)
  return /^ .* $/.test(behind) && !evident.test(next.text) && !isProse(run.text) ? wordless(next.text) : ''
}

function wordless(text: string): string {
  return isWord(text) ? '' : text
}

/** Neither words nor amounts, as far as some letters can show it. */
function isOdd(head: string, tail: string): boolean {
  if (isRandomPart(head)) return !isAmount(tail)
  // A word in front of the mark is too long for what is left of an address.
  return isRandomPart(tail) && !isAmount(head) && head.length <= (isProse(head) ? 4 : longest)
}

/** Four characters of base58 or hex, at least: letters with digits, or in an order of case that no name has. */
function isRandomPart(text: string): boolean {
  if (text.length < 4 || !/[A-Za-z]/.test(text) || isAmount(text) || isWord(text)) return false
  return /[0-9]/.test(text) || !/^(?:[A-Z][a-z]+)+[A-Z]*$/.test(text)
}

/** `10k`, `12B`, `2nd`, `2022H1`. */
function isAmount(text: string): boolean {
  return /^[0-9]+(?:[A-Za-z]{1,2}|H[12]|Q[1-4])?$/.test(text)
}

function isProse(text: string): boolean {
  return /^[A-Z]?[a-z]+$/.test(text)
}
