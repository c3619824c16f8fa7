import { decodeAccountID, encodeAccountID } from 'ripple-address-codec'
import { makeKey } from '../key.ts'
import { type ParseResult, refused } from './format.ts'

/** Classic addresses, in XRP's own order of base58. Source: https://xrpl.org/docs/concepts/accounts/addresses */
export function readXrp(text: string): ParseResult | null {
  if (!/^r[1-9A-HJ-NP-Za-km-z]{24,34}$/.test(text)) return null
  const account = decode(text)
  if (!account) return refused('base58 checksum does not match')
  return { ok: true, key: makeKey('xrp', account), form: 'account', text }
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
