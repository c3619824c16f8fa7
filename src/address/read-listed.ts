import { secp256k1 } from '@bitauth/libauth'
import { publicKeyToAddress } from 'viem/utils'
import { type ParseResult, refused } from './formats/format.ts'
import { type Key, makeKey } from './key.ts'
import { parseAddress } from './parse.ts'

/** How lists call the assets that only EVM chains have, or that have no other address of 40 hex digits. */
const evmAssets = new Set([
  ...'ETH ETC BSC ARB BASE OP MATIC POL AVAX FTM DAI BUSD USDC USDT'.split(' '),
  ...['ETHEREUM', 'ETHEREUM CLASSIC', 'BINANCE SMART CHAIN', 'BNB SMART CHAIN', 'POLYGON', 'ARBITRUM'],
])

/** Those whose addresses follow from a public key as Bitcoin's do (`equivalents` knows which); `''` where a list says nothing. */
const bitcoinAssets = new Set([
  '',
  'XBT',
  'BTC',
  'BITCOIN',
  'LTC',
  'LITECOIN',
  'BCH',
  'BITCOIN CASH',
  'BSV',
  'BITCOIN SV',
])

/**
 * Reads a field of a list that holds one address and nothing else. Takes what {@link parseAddress} does, and two writings that
 * only the field makes unmistakable: 40 hex digits without `0x` where the source labels them as an asset of EVM chains,
 * and a public key (33 or 65 bytes in hex). In free text both are left alone: there they are hashes as often.
 *
 * A public key is the P2PK script of it, whose addresses are `same-key`; labelled as an asset of EVM chains, its account.
 */
export function readListed(text: string, asset: string | null): ParseResult {
  const parsed = parseAddress(text, { asset })
  if (parsed.ok) return parsed
  const label = (asset ?? '').trim().toUpperCase()
  const hex = text.trim()
  if (/^[0-9a-f]{40}$/i.test(hex) && evmAssets.has(label)) return parseAddress(`0x${hex}`)
  const digits = hex.replace(/^0x/, '')
  if (/^(?:0[23][0-9a-f]{64}|04[0-9a-f]{128})$/i.test(digits)) return readPublicKey(digits, label) ?? parsed
  return parsed
}

function readPublicKey(digits: string, label: string): ParseResult | null {
  const bytes = Buffer.from(digits, 'hex')
  if (!evmAssets.has(label) && !bitcoinAssets.has(label)) return null
  // libauth answers with words where there is no such point.
  const plain = secp256k1.uncompressPublicKey(bytes)
  if (typeof plain === 'string') return refused('a public key that is no point of the curve')
  if (evmAssets.has(label)) return parseAddress(publicKeyToAddress(`0x${Buffer.from(plain).toString('hex')}`))
  const script: Key = makeKey('bitcoin', Uint8Array.of(bytes.length, ...bytes, 0xac))
  return { ok: true, key: script, form: 'public-key', text: digits.toLowerCase() }
}
