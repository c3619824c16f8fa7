import { segwit } from './prefixes.ts'

const bech32 = new RegExp(`${segwit}[a-z0-9]{14}`, 'i')
/** Of Bitcoin Cash and its kin, and of Kaspa, without their prefixes. */
const bareCash = /^[qp](?:[02-9ac-hj-np-z]{41}|[02-9ac-hj-np-z]{60,62})$/
const ton = /^[EUk0]Q(?=.*[0-9])(?=.*[a-z])[\w+/-]{46}$/
const hash = /^(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i

/**
 * Whether a run of characters that is no address was meant as one, or as a part of one. Decides only whether it is
 * shown as unparsed: words, names, phone and account numbers and transaction hashes are not.
 */
export function looksLikeAddress(text: string): boolean {
  const plain = skeleton(text)
  if (/0x[0-9a-f]{12}/i.test(plain)) return !/^0x[0-9a-f]{64}$/i.test(plain)
  if (bech32.test(plain) || plain.includes(':') || bareCash.test(plain) || ton.test(plain)) return true
  return !hash.test(plain) && isRandom(plain)
}

/** Whether a run must be accounted for where the words before it announce an address. */
export function standsForAddress(text: string): boolean {
  const plain = skeleton(text)
  if (plain.length >= 20) return /[0-9]/.test(plain) || !isWord(plain)
  return /^0x[0-9a-f]{6}/i.test(plain) || (/^(?:[13T]|bc1)/.test(plain) && isMixed(plain))
}

/**
 * Whether a run may be an address of a chain that nobody here knows, behind a short word in capitals and a colon. Not
 * only addresses stand there: an account number has no letters, and an LEI 20 characters.
 */
export function standsForForeign(text: string): boolean {
  const plain = skeleton(text)
  return plain.length >= 25 && /[0-9]/.test(plain) && /[a-z]/i.test(plain)
}

/** In one case, but for the first letter. */
export function isWord(text: string): boolean {
  return /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(text)
}

/** The beginning of an address, cut off. */
function isMixed(text: string): boolean {
  return text.length >= 8 && /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text)
}

/** With what can't be seen taken out and look-alike letters made one, for shape only: never read as an address. */
function skeleton(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{M}\p{Cc}\ufffd]/gu, '')
    .replace(/[^\x21-\x7e]/gu, (letter) => (letter === letter.toLowerCase() ? 'x' : 'X'))
}

/** Shorter than the half of a split address. */
const shortest = 18

/** Capitals, small letters and digits in the disorder of base58: `GazaNow2023Official` has too much order. */
export function isRandom(text: string): boolean {
  return text.length >= shortest && /[0-9]/.test(text) && disorder(text) >= 0.4
}

/** So little disorder has one base58 address of a hundred thousand; words in a row seldom have as much. */
export const leastDisorder = 0.25

/**
 * How often two neighbours differ in kind, of capitals, digits and all else: 0.62 in random base58. 0 where capitals or
 * small letters are missing.
 */
export function disorder(text: string): number {
  const count = { digit: 0, capital: 0, small: 0 }
  let changes = 0
  let before: Kind | null = null
  for (let at = 0; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at))
    if (before !== null && kind !== before) changes++
    before = kind
    count[kind]++
  }
  return Math.min(count.capital, count.small) >= 2 ? changes / (text.length - 1) : 0
}

type Kind = 'digit' | 'capital' | 'small'

function kindOf(code: number): Kind {
  if (code >= 0x30 && code <= 0x39) return 'digit'
  return code >= 0x41 && code <= 0x5a ? 'capital' : 'small'
}
