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
