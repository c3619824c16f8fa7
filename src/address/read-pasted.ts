import { isTronHex, tronHexText } from './formats/base58-check.ts'
import { asciiSpaces, type ParseHint, type ParseResult, trimOf } from './formats/format.ts'
import { hasTag, isXAddress } from './formats/unwatched.ts'
import { type Family, keyFamily } from './key.ts'
import { readExplorerLink, readPaymentLink } from './links.ts'
import { parseAddress } from './parse.ts'

/** An address, and what it was taken out of. */
type Pasted =
  | {
      ok: true
      key: Extract<ParseResult, { ok: true }>['key']
      form: string
      /** Its canonical writing. */
      text: string
      /** As it stands in what was given. */
      address: string
      /** What it was taken out of, such as `an EIP-681 link`; `null` where it was given as it is. */
      took: string | null
    }
  | { ok: false; reason: string }

/** An address in something else: what parts that look like it are, or why there is none. */
export type Inside = { address: string; took: string; family?: Family } | { reason: string }

/**
 * The white space that pages and chats put around what is copied: the no-break spaces and other spaces of Unicode, and
 * what has no width.
 */
const pastedSpaces = `${asciiSpaces}\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff`

/** Longer than any link with an address in it that wallets make, also with an invoice beside. */
const maxLength = 4_000

/**
 * Reads what wallets and explorers give where an address should be: an address as {@link parseAddress} reads it, or one in
 * a payment link (EIP-681, BIP 21 and its kin), an account id (CAIP-10, EIP-3770), an XRP X-address, Tron's hex, or an
 * explorer's link. What holds several addresses, and nothing that says which one is meant, is refused. Never throws.
 *
 * @example
 * readPasted('ethereum:0x098B716B8Aaf21512996dC57EB0615e2383E2f96@1?value=1')
 * // { ok: true, key: 'evm:098b…', address: '0x098B…', took: 'an EIP-681 link for chain 1', … }
 */
export function readPasted(given: string, hint: ParseHint = {}): Pasted {
  const text = trimOf(given, pastedSpaces)
  const plain = parseAddress(text, hint)
  if (plain.ok && isXAddress(text)) {
    const took = hasTag(text) ? 'an X-address with a tag' : 'an X-address'
    return { ...plain, address: plain.text, took }
  }
  if (plain.ok) return { ...plain, address: text, took: null }
  if (text.length > maxLength) return plain
  const inside = searchInside(text)
  if (inside === null) return { ok: false, reason: notAnAddress(text) ?? plain.reason }
  if ('reason' in inside) return { ok: false, reason: inside.reason }
  const { address, took, family } = inside
  const parsed = readBare(address, hint)
  if (!parsed.ok) return { ok: false, reason: `${took}: ${notAnAddress(address) ?? parsed.reason}` }
  const its = keyFamily(parsed.key)
  if (family !== undefined && its !== family)
    return { ok: false, reason: `${took} holds an address of ${its}` }
  return { ...parsed, address, took }
}

function searchInside(text: string): Inside | null {
  return readOtherWriting(text) ?? readPaymentLink(text) ?? readExplorerLink(text)
}

/** The address alone, in the writings that stand for one without a link. */
function readBare(address: string, hint: ParseHint): ParseResult {
  const parsed = parseAddress(address, hint)
  if (parsed.ok) return parsed
  const other = readOtherWriting(address)
  return other !== null && 'address' in other ? parseAddress(other.address, hint) : parsed
}

/** Another writing of the same account. */
function readOtherWriting(text: string): Inside | null {
  return isTronHex(text) ? { address: tronHexText(text), took: "Tron's hex", family: 'tron' } : null
}

/** What stands for an address and is none: only its holder's wallet, or a name service, knows the address behind it. */
function notAnAddress(text: string): string | null {
  // Invoices (BOLT 11) of every network, offers (BOLT 12), and LNURL (LUD-01).
  if (/^(?:lightning:)?(?:ln(?:bcrt|bc|tbs|tb)[0-9]*[munp]?1|lno1|lni1|lnr1|lnurl1)/i.test(text))
    return 'an invoice of Lightning, and no address: ask for the address'
  // Lightning addresses (LUD-16) and names of BIP 353.
  if (/^₿?[^\s@/:?#]+@[^\s@/:?#]+\.[a-z]{2,}$/iu.test(text))
    return 'a name as Lightning addresses and e-mail have it, and no address: ask for the address'
  if (isName(text)) return 'a name (ENS or such), and no address: ask for its address'
  return null
}

/** `vitalik.eth`, `name.base.eth`, `name.sol`; letters of any alphabet, and emoji. */
function isName(text: string): boolean {
  return (
    text.length <= 255 && /^[^\s.:/?#@()[\]<>"]+(?:\.[^\s.:/?#@()[\]<>"]+)*\.\p{L}[\p{L}\p{N}-]+$/u.test(text)
  )
}
