import type { Key } from '../key.ts'

/** What stands beside an address in a list. It decides only between families that share an encoding. */
export interface ParseHint {
  /** The source's label, such as `XVG`. */
  asset?: string | null
}

/**
 * What a text is.
 *
 * `form` says how it pays or what it names: a kind of script (`p2pkh`, `p2wsh`, …), `account`, `public-key`, or
 * Monero's `standard`, `subaddress`, `integrated`. `text` is the canonical writing: EIP-55, lower-case bech32 and
 * cashaddr, base58 as it is. `reason` is a short clause that never repeats the whole text.
 */
export type ParseResult = { ok: true; key: Key; form: string; text: string } | { ok: false; reason: string }

/** Reads one encoding. `null`: the text does not look like it, others may try. A refusal ends the search. */
export type AddressReader = (text: string, hint: ParseHint) => ParseResult | null

export function refused(reason: string): ParseResult {
  return { ok: false, reason }
}

/**
 * Whether a text mixes capitals and small letters as base58 of random bytes does. Bech32 and cashaddr have one
 * case, and a damaged one has a letter or two of the other: this tells it from a Solana key that begins alike.
 */
export function isWellMixed(text: string): boolean {
  const capitals = text.match(/[A-Z]/g)?.length ?? 0
  const small = text.match(/[a-z]/g)?.length ?? 0
  return Math.min(capitals, small) > 2
}

/**
 * A text without these characters at its ends. By index: a regular expression such as `/ +$/` begins anew at every
 * space, and takes minutes for a hostile text full of them.
 */
export function trimOf(text: string, characters: string): string {
  let from = 0
  let to = text.length
  while (from < to && characters.includes(text.charAt(from))) from++
  while (to > from && characters.includes(text.charAt(to - 1))) to--
  return text.slice(from, to)
}

/** White space as XML has it. */
export const xmlSpaces = '\t\n\r '

/** The white space of ASCII. */
export const asciiSpaces = '\t\n\v\f\r '
