import { bech32Data, isWord, segwit } from './looks-like.ts'
import type { Run } from './runs.ts'

/** The marks of something left out: `...`, `…`, `[...]`, `***`, `____`, `[redacted]`. */
const mark = '(?:[\\[(]?(?:\\.{2,}|…+|[*•·_#-]{2,})[\\])]?|\\[(?:redacted|omitted)\\])'
const behind = new RegExp(`^\\s?${mark}\\s?`)
const before = new RegExp(`${mark}$`)
const markReach = 14
/** The same within a run. */
const crossedOut = new RegExp(`^(?:0x[0-9a-f]+|${segwit}${bech32Data}+?)x{3,}[0-9a-z]+$`, 'i')
const evident = new RegExp(`^(?:0x[0-9a-f]*|${segwit}${bech32Data}*)$`, 'i')

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
  if (run === undefined || run.inLink || !/^[0-9A-Za-z]{1,60}$/.test(run.text)) return 0
  if (crossedOut.test(run.text)) return 1
  // A word is too long for what is left of an address: that may stand behind the mark.
  if (run.text.length > 4 && /^[A-Z]?[a-z]+$/.test(run.text)) return 0
  const markBehind = behind.exec(text.slice(run.end, run.end + markReach))?.[0]
  if (markBehind !== undefined) {
    const tail = tailOf(markBehind, run.end + markBehind.length, runs[at + 1])
    const shows = evident.test(run.text) && (run.text.length > 2 || tail !== '')
    if (!shows && !((isRandomPart(run.text) || isRandomPart(tail)) && announced(run.start))) return 0
    return tail === '' ? 1 : 2
  }
  const markBefore = before.exec(text.slice(Math.max(0, run.start - markReach), run.start))?.[0]
  return markBefore && isRandomPart(run.text) && announced(run.start - markBefore.length) ? 1 : 0
}

/** The end of the address, if it stands right behind the mark, or behind a space and is like no word. */
function tailOf(markBehind: string, end: number, next: Run | undefined): string {
  if (next?.start !== end || !/^[0-9A-Za-z]{1,24}$/.test(next.text)) return ''
  const belongs = /\S$/.test(markBehind) || /[0-9]/.test(next.text) || isRandomPart(next.text)
  return belongs ? next.text : ''
}

/** Four characters of base58 or hex, at least: letters with digits, or in an order of case that no name has; no `2022H1`. */
function isRandomPart(text: string): boolean {
  if (text.length < 4 || isWord(text) || /^[0-9]+(?:[A-Za-z]{1,2}|H[12]|Q[1-4])?$/.test(text)) return false
  return /[0-9]/.test(text) || !/^(?:[A-Z][a-z]+)+[A-Z]*$/.test(text)
}
