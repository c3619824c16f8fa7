import { bech32Data, cashPrefixes, isWord, segwit } from './looks-like.ts'

/** An unbroken run of characters that could be an address, or a word. */
export interface Run {
  text: string
  start: number
  end: number
  /** Part of a web or mail address. */
  inLink: boolean
  /** Stands so near behind the run before that both may be parts of one address. */
  isNear: boolean
}

/**
 * What stands between words, also where it is invisible: Unicode's spaces. The zero-width ones are no spaces here:
 * inside an address they are damage, and must be seen.
 */
const spaces = '\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const chunks = new RegExp(`[^${spaces},;|"'<>()\\[\\]{}“”«»…]+`, 'gu')

/** Scripts whose letters look like no letter of an address: text in them may stand next to an address without a space. */
const apart = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Hebrew', 'Arabic', 'Thai']
const letters = `[[\\p{L}\\p{N}\\p{M}\\p{Cf}\\p{Cc}\\ufffd\\u00d7]--[${apart.map((name) => `\\p{sc=${name}}`).join('')}]]+`
const cashPrefix = cashPrefixes.flatMap((prefix) => [prefix, prefix.toUpperCase()])
/** Addresses of TON, the only ones with `-`, `_`, `+` and `/` in them. */
const ton = '(?<![\\w+\\/\\-])[EUk0]Q[\\w+\\/\\-]{46}(?![\\w+\\/\\-])'
const runs = new RegExp(`(?:${cashPrefix.join('|')}):[A-Za-z0-9]+|${ton}|${letters}`, 'gv')

/** All runs of a text, in order. */
export function findRuns(text: string): Run[] {
  const found: Run[] = []
  for (const chunk of text.matchAll(chunks)) {
    const inLink = isLink(chunk[0])
    for (const run of chunk[0].matchAll(runs)) {
      const start = chunk.index + run.index
      if (isMarkup(text, start, start + run[0].length)) continue
      const isNear = found.length > 0 && isNarrow(text, found.at(-1)?.end ?? 0, start)
      found.push({ text: run[0], start, end: start + run[0].length, inLink, isNear })
    }
  }
  return found
}

/** The word of a tag (`<br/>`, `</p>`), or the number of a character (`&#8203;`), that somebody wrote out. */
function isMarkup(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start)
  const behind = text.slice(end, end + 3)
  return before === '&#' ? behind.startsWith(';') : /<\/?$/.test(before) && /^\s?\/?>/.test(behind)
}

/** `https://…`, `www.…`, `name.org/path`, `someone@name.org`. Each test reads the text once. */
function isLink(chunk: string): boolean {
  if (chunk.includes('://') || chunk.toLowerCase().startsWith('www.')) return true
  if (/\.[a-z]{2,24}(?::\d{1,5})?\//i.test(chunk)) return true
  const at = chunk.indexOf('@')
  return at > 0 && /\.[a-z]{2}/i.test(chunk.slice(at))
}

/** What stands between two parts of an address: white space as wide as an indented line, tags, or a few other characters. */
const widestSpace = 200
const mostBetween = 5

function isNarrow(text: string, from: number, to: number): boolean {
  if (to - from <= mostBetween) return true
  if (to - from > widestSpace) return false
  const gap = text.slice(from, to).replace(/<[^<>]{1,8}>|&#x?[0-9a-f]{1,6};/gi, '')
  return gap.replace(/\s+/g, ' ').length <= mostBetween
}

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
