import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58xmr } from '@scure/base'
import { makeKey } from '../key.ts'
import { type ParseResult, refused } from './format.ts'

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
  const bytes = decode(text)
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
function decode(text: string): Uint8Array | null {
  try {
    return base58xmr.decode(text)
  } catch {
    return null
  }
}
