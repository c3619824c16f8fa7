import { isWord } from './looks-like.ts'
import { bech32Data, hrps } from './prefixes.ts'
import type { Run } from './runs.ts'

/** The marks of something left out: `...`, `…`, `[...]`, `***`. */
const mark = '[\\[(]?(?:\\.{2,}|…+|[*•·]{2,})[\\])]?'
const markBehind = new RegExp(`^\\s?${mark}\\s?`)
const markBefore = new RegExp(`${mark}$`)
const markReach = 12
const evident = new RegExp(`^(?:0x[0-9a-f]*|(?:${hrps.join('|')})1${bech32Data}*)$`, 'i')
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
  const behind = markBehind.exec(text.slice(run.end, run.end + markReach))?.[0]
  if (behind !== undefined) {
    const tail = tailOf(run, behind, runs[at + 1])
    const shows = evident.test(run.text) && (run.text.length > 2 || tail !== '')
    if (!shows && !(isOdd(run.text, tail) && announced(run.start))) return 0
    return tail === '' ? 1 : 2
  }
  const before = markBefore.exec(text.slice(Math.max(0, run.start - markReach), run.start))?.[0]
  return before !== undefined && isOdd(run.text, '') && announced(run.start - before.length) ? 1 : 0
}

/**
 * The end of the address, if `next` is that: behind a space there is one before the mark, too, and a word is no end, nor is
 * what begins another address.
 */
function tailOf(run: Run, behind: string, next: Run | undefined): string {
  if (next?.start !== run.end + behind.length || !/^[0-9A-Za-z]{1,24}$/.test(next.text)) return ''
  if (!/\s/.test(behind)) return next.text
  const isApart = /^ .* $/.test(behind) && !evident.test(next.text)
  return isApart && !isProse(run.text) && !isProse(next.text) ? next.text : ''
}

/** Neither words nor an amount. What begins it may be capitals only: `TGJV...`. */
function isOdd(head: string, tail: string): boolean {
  if (tail === '' && (isProse(head) || head.length < 3)) return false
  return (
    /[A-Za-z]/.test(head + tail) &&
    (tail === '' || /[0-9]/.test(head + tail) || !isWord(head) || !isWord(tail))
  )
}

function isProse(text: string): boolean {
  return /^[A-Z]?[a-z]+$/.test(text)
}
