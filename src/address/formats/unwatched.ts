import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58, base58xmr } from '@scure/base'
import { decodeAccountID, encodeAccountID, xAddressToClassicAddress } from 'ripple-address-codec'
import { makeKey } from '../key.ts'
import { isWellMixed, type ParseResult, refused } from './format.ts'

/**
 * Base58 of exactly 32 bytes. There is no checksum, so this is asked last, and a long run of letters in one case is
 * left alone: that is a damaged bech32 text. Solana's own programs (`Vote111…`) have few letters.
 */
export function readSolana(text: string): ParseResult | null {
  if (!/^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(text)) return null
  if (text.replace(/[1-9]/g, '').length >= 20 && !isWellMixed(text)) return null
  const bytes = base58.decode(text)
  return bytes.length === 32 ? { ok: true, key: makeKey('solana', bytes), form: 'public-key', text } : null
}

export function writeSolana(bytes: Uint8Array): string {
  return base58.encode(bytes)
}

/** Main, test and stage network. Source: `src/cryptonote_config.h` of Monero. */
const networkBytes: Readonly<Record<number, 'standard' | 'integrated' | 'subaddress'>> = {
  18: 'standard',
  19: 'integrated',
  42: 'subaddress',
  53: 'standard',
  54: 'integrated',
  63: 'subaddress',
  24: 'standard',
  25: 'integrated',
  36: 'subaddress',
}

/** Network byte and two keys; an integrated address has eight more bytes of payment id. */
const dataLengths = { standard: 65, subaddress: 65, integrated: 73 }

const shape = /^(?:[1-9A-HJ-NP-Za-km-z]{95}|[1-9A-HJ-NP-Za-km-z]{106})$/

export function readMonero(text: string): ParseResult | null {
  if (!shape.test(text)) return null
  const bytes = decodeMonero(text)
  if (!bytes) return refused('monero checksum does not match')
  const data = bytes.subarray(0, -4)
  if (!checksum(data).every((byte, index) => byte === bytes[data.length + index])) {
    return refused('monero checksum does not match')
  }
  const form = networkBytes[data[0] ?? -1]
  if (!form) return refused(`monero network byte ${data[0]} is unknown`)
  if (data.length !== dataLengths[form]) return refused(`monero ${form} address of ${data.length} bytes`)
  return { ok: true, key: makeKey('monero', data), form, text }
}

export function writeMonero(data: Uint8Array): string {
  return base58xmr.encode(Uint8Array.of(...data, ...checksum(data)))
}

function checksum(data: Uint8Array): Uint8Array {
  return keccak_256(data).subarray(0, 4)
}

/** A block of eleven characters that stands for more than eight bytes does not decode. */
function decodeMonero(text: string): Uint8Array | null {
  try {
    return base58xmr.decode(text)
  } catch {
    return null
  }
}

/**
 * Classic addresses, in XRP's own order of base58 (https://xrpl.org/docs/concepts/accounts/addresses), and X-addresses: an account
 * and a tag in one, of which the account is taken (https://github.com/XRPLF/XRPL-Standards/tree/master/XLS-0005-tagged-addresses).
 */
export function readXrp(text: string): ParseResult | null {
  if (isXAddress(text)) return readXAddress(text)
  if (!/^r[1-9A-HJ-NP-Za-km-z]{24,34}$/.test(text)) return null
  const account = decodeXrp(text)
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

function decodeXrp(text: string): Uint8Array | null {
  try {
    return decodeAccountID(text)
  } catch {
    return null
  }
}
