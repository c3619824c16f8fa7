import { holdsKeyDigits, holdsSeedPhrase, looksPrivate, wholePhrase } from '../../address/secret.ts'
import { tellsOfPerson } from '../../privacy/forbidden-columns.ts'
import { looksLikeAddress, standsForAddress } from './free-text/looks-like.ts'

/** Nobody looks for what is address-like in more. */
const maxChars = 300

/**
 * What may be stored and shown of a publisher's field that should hold an address and holds something else: an address in
 * parts or with a memo, an account's number. Prose without anything like an address, and words that tell of a person's
 * birth, nationality or documents, are not.
 */
export function visibleRaw(raw: string): string {
  if (holdsSecret(raw)) return notShown
  const start = raw.slice(0, maxChars)
  if (tellsOfPerson(start)) return addressLikeWords(raw)
  const isWord = raw.length <= maxChars && !/\s/.test(raw.trim())
  return isWord || wordsOf(start).some(isLikeAddress) ? raw : counted(raw)
}

/**
 * The same of a cell that a user says holds addresses: it may be that of another column. Only the words that are like an
 * address are shown, with `…` in the place of all others.
 */
export function addressLikeWords(raw: string): string {
  // 32 bytes in a user's own file may be a private key, and in a publisher's are a hash.
  if (holdsSecret(raw) || holdsKeyDigits(raw)) return notShown
  const words = wordsOf(raw.slice(0, maxChars))
  if (!words.some(isLikeAddress)) return counted(raw)
  return words
    .map((word) => (isLikeAddress(word) ? word : '…'))
    .join(' ')
    .replace(/…(?: …)+/g, '…')
}

const notShown = '(a private key or seed phrase, not shown)'

function holdsSecret(raw: string): boolean {
  return looksPrivate(raw) || holdsSeedPhrase(raw, wholePhrase)
}

/** What a list holds in place of an address, unless it is a secret that somebody published by mistake. */
export function withoutSecrets(raw: string): string {
  return holdsSecret(raw) ? notShown : raw
}

function counted(raw: string): string {
  return raw === '' ? '' : `(${raw.length} characters)`
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}\p{Cf}\ufffd]+/gu) ?? []
}

function isLikeAddress(word: string): boolean {
  return /[^0-9]/.test(word) && (looksLikeAddress(word) || standsForAddress(word))
}
