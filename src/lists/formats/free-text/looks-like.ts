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
  const ranges = start.match(/[0-9]+|[A-Z]+|[^0-9A-Z]+/g)?.length ?? 1
  return (ranges - 1) / (start.length - 1)
}

/** What the words before an address say of it. */
export interface Label {
  /** The currency as written: `XBT`, `USDT`, `Bitcoin`. Never decides what the address is. */
  asset: string | null
  /** The words say that an address follows, so that whatever follows must be accounted for. */
  announces: boolean
}

/** What was found or shown, where it ends, and under which label. */
export interface Labelled {
  end: number
  label: Label
}

/** How far before an address its label is looked for. */
const labelReach = 80

const currencies = [
  ...[
    'Bitcoin Cash',
    'Bitcoin Gold',
    'Bitcoin SV',
    'Ethereum Classic',
    'Binance Smart Chain',
    'BNB Smart Chain',
  ],
  ...'XBT BTC ETH USDT USDC TRX BNB BSC ARB LTC XMR DASH ZEC BTG ETC BSV BCH XVG XRP SOL DOGE BUSD DAI'.split(
    ' ',
  ),
  ...'Bitcoin Ethereum Tether Tron Litecoin Monero Zcash Dogecoin Ripple Solana'.split(' '),
  ...'Cardano Stellar Cosmos Avalanche Polkadot Algorand Toncoin Tezos Polygon'.split(' '),
].join('|')
const token = String.raw`(?:[\s\-\/]{0,3}\(?\s?(?:TRC|ERC|BEP)[- ]?(?:20|2)\)?)?`
const nouns = String.raw`(?:[\s-]{1,3}(?:virtual|digital|crypto|currency|wallets?|address(?:es)?|network|token)){0,4}`
/** The scheme of a link to a wallet, or the workchain of a TON account: `kaspa:`, `0:`. */
const scheme = String.raw`(?:(?:(?<![A-Za-z])[a-z]{2,16}|-?\d):)?`
const endOfLabel = String.raw`\s{0,3}(?:\(\w{1,12}\)|[:=–—-]|is|are)?[\s"'“«(\[]{0,4}${scheme}$`

const ofac = new RegExp(`Digital Currency Address\\s*-\\s*([A-Za-z0-9]{1,12})${endOfLabel}`, 'i')
const known = new RegExp(`(?:^|[^\\p{L}\\p{N}])(${currencies})${token}${nouns}${endOfLabel}`, 'iu')
/** Words of forms that stand before other numbers: of documents, accounts, companies, ships, phones, files. */
const forms = [
  ...'U?ID TXI?D? TXN TXHASH HASH BLOCK SHA\\d* MD5 CRC UUID GUID URL URN URI HTTPS? ADDR ADDRESS WALLET NO NOTE REF'.split(
    ' ',
  ),
  ...'PASSPORT DOB POB BORN NATIONALITY CITIZEN CITIZENSHIP ID NID SSN BSN PESEL CNIC'.split(' '),
  ...'IBAN BIC SWIFT BAN ACC ACCT ACCOUNT LEI VAT TIN EIN INN OGRN KPP BIK DUNS ISIN IMO MMSI IMEI TEL FAX PHONE'.split(
    ' ',
  ),
].join('|')
/**
 * A currency never seen before: a short word in capitals and a colon, unless it is a word of forms. Avalanche names
 * one of its chains before the address: `X-avax1…`.
 */
const unknown = new RegExp(
  `(?:^|[\\s(;,.])(?!(?:${forms})\\b)([A-Z][A-Z0-9]{1,9})\\s?:\\s*(?:[XPC]-|${scheme})$`,
)
const words = new RegExp(
  String.raw`\b(?:wallets?|address(?:es)?)\b(?:\s\w{1,10}){0,2}\s{0,3}[:=–—-]?[\s"'“«(\[]*${scheme}$`,
  'i',
)
const between = /^(?:[\s,;.•·*&/–—-]|\band\b|\balt\b|\(?\d{1,3}\))*$/i

/**
 * The label of what stands at `start`. Where nothing but commas, numbers and the like stands between it and the last that
 * was found or shown, both share a label.
 */
export function labelAt(text: string, start: number, last: Labelled | null): Label {
  if (last !== null && start - last.end <= labelReach && between.test(text.slice(last.end, start)))
    return last.label
  const before = text.slice(Math.max(0, start - labelReach), start)
  const asset = (ofac.exec(before) ?? known.exec(before))?.[1]
  if (asset !== undefined) return { asset, announces: true }
  return { asset: unknown.exec(before)?.[1] ?? null, announces: words.test(before) }
}
