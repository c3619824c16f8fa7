import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'

const base58check = createBase58check(sha256)

/** What stands in a message in the place of a secret. */
export const notShown = '(not shown)'

/** The words of a whole phrase of BIP 39, at least. */
export const wholePhrase = 12

const base58 = '[1-9A-HJ-NP-Za-km-z]'

/**
 * Text in which a private key stands: an extended one (BIP 32, SLIP 132), one in wallet import format (with its checksum:
 * hex has long runs of the same shape), or an encrypted one (BIP 38).
 */
export function holdsPrivateKey(text: string): boolean {
  const words = text.match(/[1-9A-HJ-NP-Za-km-z]{20,}/g) ?? []
  return words.some(
    (word) => /^[a-zA-Z]prv/.test(word) || /^6P.{56}$/.test(word) || isWalletImportFormat(word),
  )
}

/**
 * What whole texts of these shapes are. Sources: Bitcoin's wallet import format
 * (https://en.bitcoin.it/wiki/Wallet_import_format), XRP's seeds (https://xrpl.org/docs/references/protocol/data-types/base58-encodings),
 * Stellar's (SEP-23), and Solana's keypairs: 64 bytes, as its signatures are.
 */
const privateShapes = [
  new RegExp(`^[5KL9c]${base58}{50,51}$`),
  new RegExp(`^s${base58}{27,30}$`),
  /^S[A-Z2-7]{55}$/,
  new RegExp(`^${base58}{86,88}$`),
]

/** Text that may be a private key as a whole, mistyped or not. Rather once too often: it must not be repeated. */
export function looksPrivate(text: string): boolean {
  const trimmed = text.trim()
  return privateShapes.some((shape) => shape.test(trimmed)) || holdsPrivateKey(text)
}

/**
 * The text without the private keys, seeds and seed phrases in it: for what is thrown, logged, printed or served, whoever wrote
 * it. Hex stays: hashes have the same digits.
 */
export function withoutPrivateKeys(text: string): string {
  // With 0, which base58 lacks: a hash must not fall into pieces, of which one may have a key's length.
  const keyless = text.replace(/[0-9A-Za-z]{28,}/g, (word) => (looksPrivate(word) ? notShown : word))
  return withoutMnemonics(keyless)
}

/** The same, and without 32 bytes in hex: for text that names no hashes. */
export function withoutKeys(text: string): string {
  return withoutPrivateKeys(text).replace(new RegExp(keyDigits, 'gi'), notShown)
}

/** Whether a person's words hold a secret, or 32 bytes in hex that may be one. */
export function mayHoldSecret(text: string): boolean {
  return looksPrivate(text) || withoutKeys(text) !== text
}

/** A key has 64 hex digits. A few more or less are one that was mistyped, or one with a byte behind it. */
const keyDigits = /(?<![0-9a-f])(?:0x)?[0-9a-f]{60,68}(?![0-9a-f])/i

/** A public key in hex: no secret. */
const publicKey = /^(?:0x)?0[23][0-9a-f]{64}$/i

/**
 * Text in which 32 bytes in hex stand: a private key or a hash, which nobody can tell apart. Not the public key that a text
 * is as a whole.
 */
export function holdsKeyDigits(text: string): boolean {
  return keyDigits.test(text) && !publicKey.test(text.trim())
}

/** Half of one is a secret too. */
const fewestWords = wholePhrase / 2
/** No list of words has longer ones (https://github.com/bitcoin/bips/tree/master/bip-0039). */
const longestWord = 12

/**
 * Text with a run of so many words as only prose and seed phrases have, in any language, with numbers or commas between
 * them or none. Prose where an address should be is no loss.
 *
 * @param fewest words in the run.
 */
export function holdsSeedPhrase(text: string, fewest = fewestWords): boolean {
  let words = 0
  for (const part of text.split(/[^\p{L}\p{M}\p{N}]+/u)) {
    // A number that counts the words.
    if (part === '' || /^\d{1,2}$/.test(part)) continue
    words = isPlainWord(part) ? words + 1 : 0
    if (words >= fewest) return true
  }
  return false
}

/** Of several texts, those that make up a seed phrase together: a shell takes a phrase without quotes for many arguments. */
export function wordsOfPhrase(texts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  let run: string[] = []
  for (const text of [...texts, '']) {
    const word = text.replace(/^\s*\d{0,2}[.:)]?\s*/, '').replace(/[\s,;.]+$/, '')
    // A number that counts the words.
    if (word === '' && text !== '') continue
    if (isPlainWord(word)) run.push(text)
    else {
      if (run.length >= fewestWords) for (const one of run) found.add(one)
      run = []
    }
  }
  return found
}

function isPlainWord(text: string): boolean {
  return text.length <= longestWord && /^[\p{L}\p{M}]+$/u.test(text)
}

/** What may not be repeated of text that stands where an address should: `null` = no part of it is secret. */
export function secretIn(text: string): 'private key' | 'private key or hash' | 'seed phrase' | null {
  if (looksPrivate(text)) return 'private key'
  if (holdsKeyDigits(text)) return 'private key or hash'
  return holdsSeedPhrase(text) ? 'seed phrase' : null
}

function isWalletImportFormat(word: string): boolean {
  if (word.length !== 51 && word.length !== 52) return false
  const bytes = decode(word)
  return bytes !== null && bytes.length >= 33 && (bytes[0] === 0x80 || bytes[0] === 0xef)
}

function decode(text: string): Uint8Array | null {
  try {
    return base58check.decode(text)
  } catch {
    return null
  }
}

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
/** The lists that have a word, one bit each. */
let listsOf: ReadonlyMap<string, number> | undefined

/** What stands between the words of a phrase: nothing of a table, or of code, whose words are as plain. */
const between = /^[\s\d,;.)]+$/u
/** So many words, of whatever list: nearly no text has them. */
const manyWords = new RegExp(
  `(?<![\\p{L}\\p{M}])(?:[\\p{L}\\p{M}]+[\\s\\d,;.)]+){${wholePhrase - 1}}[\\p{L}\\p{M}]`,
  'u',
)

/**
 * The same of text in ASCII, in which words of the lists have three letters at least. Hex is no run of words then, though its digits
 * stand between letters as numbers stand between words: nearly every answer and log line has some, and what follows costs more.
 */
const manyAsciiWords = new RegExp(`(?<![a-z])(?:[a-z]{3,}[\\s\\d,;.)]+){${wholePhrase - 1}}[a-z]{3}`, 'i')

function hasManyWords(text: string): boolean {
  return (/[\u0080-\uffff]/.test(text) ? manyWords : manyAsciiWords).test(text)
}

/** The text without every run of {@link wholePhrase} words or more of one list of BIP 39, numbered or not. */
function withoutMnemonics(text: string): string {
  if (text.length > longestMessage || !hasManyWords(text)) return text
  listsOf ??= wordsOfLists()
  const found: [start: number, end: number][] = []
  /** Of each list, where the run under way begins, and how many words it has. */
  const runs = lists.map(() => ({ start: 0, count: 0 }))
  let end = 0
  const close = (kept: number) => {
    for (const [list, run] of runs.entries()) {
      if ((kept >> list) & 1) continue
      if (run.count >= wholePhrase) found.push([run.start, end])
      run.count = 0
    }
  }
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    if (!between.test(text.slice(end, index))) close(0)
    const has = listsOf.get(word.toLowerCase().normalize('NFKD')) ?? 0
    close(has)
    for (const [list, run] of runs.entries()) {
      if (((has >> list) & 1) === 0) continue
      if (run.count++ === 0) run.start = index
    }
    end = index + word.length
  }
  close(0)
  return joined(found).reduceRight(
    (clean, [start, end]) => clean.slice(0, start) + notShown + clean.slice(end),
    text,
  )
}

function wordsOfLists(): Map<string, number> {
  const words = new Map<string, number>()
  for (const [list, of] of lists.entries())
    for (const each of of) {
      const word = each.normalize('NFKD')
      words.set(word, (words.get(word) ?? 0) | (1 << list))
    }
  return words
}

/** Ranges in order: some lists share words, and a phrase of those is one. */
function joined(ranges: readonly [number, number][]): [number, number][] {
  const all: [number, number][] = []
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1)
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end)
    else all.push([start, end])
  }
  return all
}
