/** The prefixes of segwit addresses of the chains that are known here, as in `bc1…`. */
export const hrps = ['bc', 'tb', 'bcrt', 'ltc', 'tltc', 'bnb', 'btg']
/** How such an address begins; for use within a regular expression. */
export const segwit = `(?:${hrps.join('|')})1`
/** The letters and digits behind that, and in a cashaddr; for use within a regular expression, in either case. */
export const bech32Data = '[02-9ac-hj-np-z]'
export const cashPrefixes = ['bitcoincash', 'bchtest', 'bchreg']

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

/** Capitals, small letters and digits in the disorder of base58: `GazaNow2023Official` has too much order. */
export function isRandom(text: string): boolean {
  // 18: the half of a split address.
  return text.length >= 18 && /[0-9]/.test(text) && disorder(text) >= 0.4
}

/** Of a longer text only the beginning counts. */
const longest = 200

/** How often two neighbours differ in kind: 0.62 in random base58. 0 where capitals or small letters are missing. */
export function disorder(text: string): number {
  const start = text.slice(0, longest)
  if (!/[A-Z].*[A-Z]/.test(start) || !/[a-z].*[a-z]/.test(start)) return 0
  const stretches = start.match(/[0-9]+|[A-Z]+|[^0-9A-Z]+/g)?.length ?? 1
  return (stretches - 1) / (start.length - 1)
}
