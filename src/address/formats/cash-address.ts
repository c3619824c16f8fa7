import {
  CashAddressDecodingError,
  cashAddressToLockingBytecode,
  lockingBytecodeToCashAddress,
} from '@bitauth/libauth'
import { makeKey } from '../key.ts'
import { type ParseResult, refused } from './format.ts'

const prefixes = ['bitcoincash', 'bchtest', 'bchreg']

/** Without a prefix: type bits make the first letter, 20 or 32 bytes of hash the length. */
const bare = /^[qpzr](?:[a-z0-9]{41}|[a-z0-9]{60})$/i

/** Cashaddr's payload begins with q, p, z or r. */
const legacy = /^[13][1-9A-HJ-NP-Za-km-z]{25,34}$/

/** By the length of the script: 20 bytes of key hash, 20 or 32 of script hash. */
const forms: Readonly<Record<number, string>> = { 25: 'p2pkh', 23: 'p2sh', 35: 'p2sh32' }

/**
 * Bitcoin Cash's own format, with or without prefix; the token-aware forms `z…` and `r…` pay the same script.
 * Source: https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
 */
export function readCashAddress(text: string): ParseResult | null {
  const lower = text.toLowerCase()
  const colon = lower.indexOf(':')
  const prefixed = colon >= 0 && prefixes.includes(lower.slice(0, colon))
  if (!prefixed && !bare.test(text)) return null
  if (prefixed && legacy.test(text.slice(colon + 1)))
    return refused('a legacy address (1…, 3…) behind a prefix that only cashaddr has')
  if (text !== lower && text !== text.toUpperCase()) return refused('cashaddr mixes upper and lower case')
  const stranger = /[^02-9ac-hj-np-z]/.exec(lower.slice(colon + 1))
  if (stranger) return refused(`cashaddr does not use "${stranger[0]}"`)
  const candidates = prefixed ? [lower] : prefixes.map((prefix) => `${prefix}:${lower}`)
  let sound = false
  for (const candidate of candidates) {
    const decoded = cashAddressToLockingBytecode(candidate)
    // The codec builds a script around hashes of any length; only these three exist.
    const form = typeof decoded === 'string' ? undefined : forms[decoded.bytecode.length]
    if (typeof decoded !== 'string' && form) {
      return { ok: true, key: makeKey('bitcoin-cash', decoded.bytecode), form, text: candidate }
    }
    sound ||= typeof decoded !== 'string' || !decoded.startsWith(CashAddressDecodingError.invalidChecksum)
  }
  return refused(
    sound ? 'cashaddr of a type or length chainscreen does not know' : 'cashaddr checksum does not match',
  )
}

/** @returns `null` for a script that has no cashaddr. */
export function writeCashAddress(script: Uint8Array): string | null {
  const encoded = lockingBytecodeToCashAddress({ bytecode: script, prefix: 'bitcoincash' })
  return typeof encoded === 'string' ? null : encoded.address
}
