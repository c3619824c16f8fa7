import { readBase58Check } from './formats/base58-check.ts'
import { readBech32 } from './formats/bech32.ts'
import { readCashAddress } from './formats/cash-address.ts'
import { readEvm } from './formats/evm.ts'
import {
  type AddressReader,
  asciiSpaces,
  type ParseHint,
  type ParseResult,
  refused,
  trimOf,
} from './formats/format.ts'
import { readMonero, readSolana, readXrp } from './formats/unwatched.ts'
import { type Key, keyBytes } from './key.ts'
import { classifyScript } from './script.ts'
import { addressText } from './text.ts'

export type { ParseHint, ParseResult } from './formats/format.ts'

/** The encodings, in the order in which they are asked. Solana has no checksum, and so is last. */
const readers: readonly AddressReader[] = [
  readEvm,
  readBech32,
  readCashAddress,
  readXrp,
  readMonero,
  readBase58Check,
  readSolana,
]

/** Longer than any address; keeps hostile text cheap. */
const maxLength = 200

/**
 * Reads any published form of an address, by its format and never by its label. Checksums are verified.
 * Surrounding ASCII white space is ignored, anything else that is not address is refused. Never throws.
 *
 * @example
 * parseAddress('BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4')
 * // { ok: true, key: 'bitcoin:0014751e…', form: 'p2wpkh', text: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' }
 */
export function parseAddress(text: string, hint: ParseHint = {}): ParseResult {
  const trimmed = trimOf(text, asciiSpaces)
  if (trimmed === '') return refused('empty')
  const script = readRawScript(trimmed)
  if (script) return script
  const failure = strangeText(trimmed)
  if (failure) return refused(failure)
  for (const read of readers) {
    const result = read(trimmed, hint)
    if (result) return result
  }
  return refused(nearMiss(trimmed))
}

function strangeText(text: string): string | null {
  if (text.length > maxLength) return `longer than ${maxLength} characters`
  const stranger = /[^\x21-\x7e]/u.exec(text)?.[0]
  if (stranger === undefined) return null
  if (/[\t\n\v\f\r ]/.test(stranger)) return 'contains white space'
  const codePoint = stranger.codePointAt(0) ?? 0
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
  return codePoint < 0x80
    ? `contains a control character (${name})`
    : `contains a character outside ASCII (${name})`
}

/** What people paste where an address should be. */
function nearMiss(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return '64 hex digits are no address (a transaction hash or public key?)'
  if (/^[0-9a-f]{40}$/i.test(text)) return '40 hex digits without 0x'
  if (/^(?:0[23][0-9a-f]{64}|04[0-9a-f]{128})$/i.test(text)) return 'a public key, and no address'
  if (/^[0-9a-z]{25,36}$/i.test(text) && /[0OIl]/.test(text)) {
    return `base58 does not use "${/[0OIl]/.exec(text)?.[0]}"`
  }
  return 'no address format known to chainscreen'
}

/** No script of Bitcoin is longer (MAX_SCRIPT_SIZE). */
const maxScriptBytes = 10_000

/** `script:HEX`, as alerts write a Bitcoin script that has no address: P2PK, multisig, non-standard. */
function readRawScript(text: string): ParseResult | null {
  if (!text.startsWith('script:')) return null
  const hex = text.slice('script:'.length).toLowerCase()
  if (hex.length > 2 * maxScriptBytes) return refused(`script of more than ${maxScriptBytes} bytes`)
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) return refused('script: without an even number of hex digits after it')
  const key: Key = `bitcoin:${hex}`
  return { ok: true, key, form: classifyScript(keyBytes(key)), text: addressText(key) }
}
