// The lists alone: the whole library takes a third of a second to load, and every command looks for these words.

import { bip39WordListChineseSimplified as chineseSimplified } from '@bitauth/libauth/build/lib/key/word-lists/bip39.chinese-simplified.js'
import { bip39WordListChineseTraditional as chineseTraditional } from '@bitauth/libauth/build/lib/key/word-lists/bip39.chinese-traditional.js'
import { bip39WordListCzech as czech } from '@bitauth/libauth/build/lib/key/word-lists/bip39.czech.js'
import { bip39WordListEnglish as english } from '@bitauth/libauth/build/lib/key/word-lists/bip39.english.js'
import { bip39WordListFrench as french } from '@bitauth/libauth/build/lib/key/word-lists/bip39.french.js'
import { bip39WordListItalian as italian } from '@bitauth/libauth/build/lib/key/word-lists/bip39.italian.js'
import { bip39WordListJapanese as japanese } from '@bitauth/libauth/build/lib/key/word-lists/bip39.japanese.js'
import { bip39WordListKorean as korean } from '@bitauth/libauth/build/lib/key/word-lists/bip39.korean.js'
import { bip39WordListPortuguese as portuguese } from '@bitauth/libauth/build/lib/key/word-lists/bip39.portuguese.js'
import { bip39WordListSpanish as spanish } from '@bitauth/libauth/build/lib/key/word-lists/bip39.spanish.js'

/** What stands in a message in the place of a secret. */
export const notShown = '(not shown)'

/** The words of a whole phrase of BIP 39, at least. */
export const wholePhrase = 12

/** No message is longer, and in a table of a million rows nobody hides one. */
const longestMessage = 100_000

const lists = [
  english,
  spanish,
  french,
  italian,
  portuguese,
  czech,
  japanese,
  korean,
  chineseSimplified,
  chineseTraditional,
]
let words: readonly ReadonlySet<string>[] | undefined

/** What stands between the words of a phrase: nothing of a table, or of code, whose words are as plain. */
const between = /^[\s\d,;.)]+$/u

/** The text without every run of {@link wholePhrase} words or more of one list of BIP 39, numbered or not. */
export function withoutMnemonics(text: string): string {
  if (text.length > longestMessage) return text
  words ??= lists.map((list) => new Set(list.map((word) => word.normalize('NFKD'))))
  const found: [start: number, end: number][] = []
  for (const list of words) {
    let [count, start, end] = [0, 0, 0]
    const close = () => {
      if (count >= wholePhrase) found.push([start, end])
      count = 0
    }
    for (const { 0: word, index } of text.matchAll(/[\p{L}\p{M}]+/gu)) {
      if (count > 0 && !between.test(text.slice(end, index))) close()
      if (!list.has(word.toLowerCase().normalize('NFKD'))) close()
      else {
        if (count === 0) start = index
        count++
        end = index + word.length
      }
    }
    close()
  }
  return found
    .sort(([a], [b]) => b - a)
    .reduce((clean, [start, end]) => clean.slice(0, start) + notShown + clean.slice(end), text)
}
