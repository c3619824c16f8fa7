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
