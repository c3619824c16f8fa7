import { sha256 } from '@noble/hashes/sha2.js'
import { base58, createBase58check } from '@scure/base'
import { type Family, makeKey } from '../key.ts'
import { p2pkhScript, p2shScript } from '../script-templates.ts'
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

interface Base58Version {
  family: Family
  form: 'p2pkh' | 'p2sh' | 'account'
}

/**
 * What a base58check version, in hex, stands for. Sources: the chains' `chainparams.cpp`; for Tron
 * https://developers.tron.network/docs/account. `3…` (0x05) was also Litecoin's before it moved to `M…` (0x32):
 * the text alone can't tell, and is Bitcoin.
 */
const versions: Readonly<Record<string, Base58Version>> = {
  '00': { family: 'bitcoin', form: 'p2pkh' }, // 1…
  '05': { family: 'bitcoin', form: 'p2sh' }, // 3…
  '6f': { family: 'bitcoin', form: 'p2pkh' }, // m…, n… on every test network
  c4: { family: 'bitcoin', form: 'p2sh' }, // 2… on every test network
  '41': { family: 'tron', form: 'account' }, // T…
  '30': { family: 'litecoin', form: 'p2pkh' }, // L…
  '32': { family: 'litecoin', form: 'p2sh' }, // M…
  '3a': { family: 'litecoin', form: 'p2sh' }, // Q… on test networks
  '4c': { family: 'dash', form: 'p2pkh' }, // X…
  '10': { family: 'dash', form: 'p2sh' }, // 7…
  '1cb8': { family: 'zcash', form: 'p2pkh' }, // t1…
  '1cbd': { family: 'zcash', form: 'p2sh' }, // t3…
  '1e': { family: 'dogecoin', form: 'p2pkh' }, // D…
  '16': { family: 'dogecoin', form: 'p2sh' }, // 9…, A…
  '26': { family: 'bitcoin-gold', form: 'p2pkh' }, // G…
  '17': { family: 'bitcoin-gold', form: 'p2sh' }, // A…
  '21': { family: 'verge', form: 'p2sh' }, // E…
}

/** Verge writes P2PKH with Dogecoin's version: the one place where a label decides. */
const vergeLabels = new Set(['XVG', 'VERGE'])

/** @param asset the list's label, such as `XVG`. */
function base58Version(prefix: string, asset: string | null | undefined): Base58Version | undefined {
  if (prefix === '1e' && asset && vergeLabels.has(asset.trim().toUpperCase())) {
    return { family: 'verge', form: 'p2pkh' }
  }
  return versions[prefix]
}

/**
 * How Tron's nodes write an address: its 21 bytes in hex, the first of them 0x41, without a checksum
 * (https://developers.tron.network/docs/account). Nobody reads it in free text.
 */
export function isTronHex(text: string): boolean {
  return /^(?:0x)?41[0-9a-f]{40}$/i.test(text)
}

/** The same in base58check, as wallets write it. */
export function tronHexText(text: string): string {
  return writeBase58Check('41', Buffer.from(text.slice(-40), 'hex'))
}
