import { decodeAccountID, encodeAccountID, xAddressToClassicAddress } from 'ripple-address-codec'
import { makeKey } from '../key.ts'
import { type ParseResult, refused } from './format.ts'

/**
 * Classic addresses, in XRP's own order of base58 (https://xrpl.org/docs/concepts/accounts/addresses), and X-addresses: an account
 * and a tag in one, of which the account is taken (https://github.com/XRPLF/XRPL-Standards/tree/master/XLS-0005-tagged-addresses).
 */
export function readXrp(text: string): ParseResult | null {
  if (isXAddress(text)) return readXAddress(text)
  if (!/^r[1-9A-HJ-NP-Za-km-z]{24,34}$/.test(text)) return null
  const account = decode(text)
  if (!account) return refused('base58 checksum does not match')
  return { ok: true, key: makeKey('xrp', account), form: 'account', text }
}

export function isXAddress(text: string): boolean {
  return /^[XT][1-9A-HJ-NP-Za-km-z]{46}$/.test(text)
}

/** Whether an X-address names a tag beside its account. */
export function hasTag(xAddress: string): boolean {
  return xAddressToClassicAddress(xAddress).tag !== false
}

function readXAddress(text: string): ParseResult {
  try {
    const { classicAddress, test } = xAddressToClassicAddress(text)
    return test ? refused("an X-address of XRP's test network") : (readXrp(classicAddress) as ParseResult)
  } catch {
    return refused('X-address checksum does not match')
  }
}

export function writeXrp(account: Uint8Array): string {
  return encodeAccountID(account)
}

function decode(text: string): Uint8Array | null {
  try {
    return decodeAccountID(text)
  } catch {
    return null
  }
}
