import { sha256 } from '@noble/hashes/sha2.js'
import { base58, createBase58check } from '@scure/base'
import { makeKey } from '../key.ts'
import { p2pkhScript, p2shScript } from '../script-templates.ts'
import { base58Version } from './base58-versions.ts'
import { type ParseHint, type ParseResult, refused } from './format.ts'

const base58check = createBase58check(sha256)

// 25 bytes make at most 35 characters, Zcash's 26 at most 36; private keys (WIF) have 51 or 52.
const shape = /^(?:[1-9A-HJ-NP-Za-km-z]{25,36}|[1-9A-HJ-NP-Za-km-z]{51,52})$/

/** Base58 with a version and a four-byte checksum: Bitcoin's older addresses, its relatives' and Tron's. */
export function readBase58Check(text: string, hint: ParseHint): ParseResult | null {
  if (!shape.test(text)) return null
  const payload = decode(text)
  if (payload === null) return whyNot(text)
  const versionLength = payload.length - 20
  if (versionLength !== 1 && versionLength !== 2) {
    const guess = text.length >= 51 ? 'a private key?' : 'of a chain chainscreen does not know?'
    return refused(`base58check of ${payload.length} bytes is no address (${guess})`)
  }
  const prefix = Buffer.from(payload.subarray(0, versionLength)).toString('hex')
  const version = base58Version(prefix, hint.asset)
  if (!version) return refused(`base58check version 0x${prefix} is of no chain known to chainscreen`)
  const hash = payload.subarray(versionLength)
  const { family, form } = version
  if (form === 'account') return { ok: true, key: makeKey(family, hash), form, text }
  return {
    ok: true,
    key: makeKey(family, form === 'p2pkh' ? p2pkhScript(hash) : p2shScript(hash)),
    form,
    text,
  }
}

/** @param prefix the version in hex. */
export function writeBase58Check(prefix: string, hash: Uint8Array): string {
  return base58check.encode(Uint8Array.of(...Buffer.from(prefix, 'hex'), ...hash))
}

function decode(text: string): Uint8Array | null {
  try {
    return base58check.decode(text)
  } catch {
    return null
  }
}

/** A text with many leading ones can be 32 bytes of base58 at this length: Solana's system program is 32 ones. */
function whyNot(text: string): ParseResult | null {
  if (text.length >= 51) return null
  return base58.decode(text).length === 32 ? null : refused('base58 checksum does not match')
}
