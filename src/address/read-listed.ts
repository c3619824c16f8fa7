import { isTronHex, tronHexText } from './formats/base58-check.ts'
import { type ParseResult, refused } from './formats/format.ts'
import { makeKey } from './key.ts'
import { parseAddress } from './parse.ts'
import { accountOf, compressedPublicKey } from './public-key.ts'
import { hash160 } from './script-templates.ts'
import { addressText } from './text.ts'

/** How lists call the assets that only EVM chains have, or that have no other address of 40 hex digits. */
const evmAssets = new Set([
  ...'ETH ETC BSC ARB BASE OP MATIC POL AVAX FTM DAI BUSD USDC USDT'.split(' '),
  ...['ETHEREUM', 'ETHEREUM CLASSIC', 'BINANCE SMART CHAIN', 'BNB SMART CHAIN', 'POLYGON', 'ARBITRUM'],
])

/** Those of Tron; USDT and its like are there too. `''` where a list says nothing. */
const tronAssets = new Set([
  '',
  'TRX',
  'TRON',
  'TRC10',
  'TRC20',
  'USDT',
  'USDC',
  'USDD',
  'TUSD',
  'USDT-TRC20',
  'USDT TRC20',
])
const tronKeys = new Set(['TRX', 'TRON'])
const xrpKeys = new Set(['XRP', 'RIPPLE'])

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
 * Reads a field of a list that holds one address and nothing else. Takes what {@link parseAddress} does, and three writings that
 * only the field makes unmistakable: 40 hex digits without `0x` where the source labels them as an asset of EVM chains,
 * Tron's hex (`41…`) unless the label is of another chain, and a public key (33 or 65 bytes in hex). In free text all are
 * left alone: there they are hashes as often.
 *
 * A public key is the P2PK script of it, whose addresses and accounts are `same-key`. Where the label is of EVM chains, Tron or
 * XRP, it is its account there.
 */
export function readListed(text: string, asset: string | null): ParseResult {
  const parsed = parseAddress(text, { asset })
  if (parsed.ok) return parsed
  const label = (asset ?? '').trim().toUpperCase()
  const hex = text.trim()
  if (/^[0-9a-f]{40}$/i.test(hex) && evmAssets.has(label)) return parseAddress(`0x${hex}`)
  if (isTronHex(hex) && tronAssets.has(label)) return parseAddress(tronHexText(hex))
  const digits = hex.replace(/^0x/, '')
  if (/^(?:0[23][0-9a-f]{64}|04[0-9a-f]{128})$/i.test(digits)) return readPublicKey(digits, label) ?? parsed
  return parsed
}

function readPublicKey(digits: string, label: string): ParseResult | null {
  const bytes = Buffer.from(digits, 'hex')
  const [isEvm, isTron, isXrp] = [evmAssets, tronKeys, xrpKeys].map((labels) => labels.has(label))
  if (!isEvm && !isTron && !isXrp && !bitcoinAssets.has(label)) return null
  const account = accountOf(bytes)
  if (account === null) return refused('a public key that is no point of the curve')
  if (isEvm) return parseAddress(addressText(makeKey('evm', account)))
  if (isTron) return parseAddress(addressText(makeKey('tron', account)))
  // https://xrpl.org/docs/concepts/accounts/addresses#address-encoding
  if (isXrp) return parseAddress(addressText(makeKey('xrp', hash160(compressedPublicKey(bytes)))))
  const script = makeKey('bitcoin', Uint8Array.of(bytes.length, ...bytes, 0xac))
  return { ok: true, key: script, form: 'public-key', text: digits.toLowerCase() }
}
