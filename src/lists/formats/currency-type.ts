import { forbiddenColumn } from '../../privacy/forbidden-columns.ts'

/** What OFAC calls a kind of id or feature. */
export type CurrencyType =
  /** A digital currency address; the asset is the label behind it, such as `XBT`. */
  | { known: true; asset: string | null }
  /** Something of a currency under a name that OFAC has not used before: to be seen, and not to be guessed. */
  | { known: false; name: string }

/** @returns `null` for a kind that has nothing to do with currencies. */
export function currencyType(text: string): CurrencyType | null {
  const name = text.trim()
  const match = /^Digital\s+Currency\s+Address(?:es)?\b[\s\-–—]*(.*)$/is.exec(name)
  if (match !== null) return { known: true, asset: match[1] || null }
  return /currenc/i.test(name) && !forbiddenColumn(name) ? { known: false, name } : null
}

/** Why a value of such a kind is no address for us. */
export function whyUnknown(name: string): string {
  return `of the type ${JSON.stringify(name.slice(0, 80))}, which chainscreen does not know`
}
