import type { Family } from '../key.ts'
import { parseAddress } from '../parse.ts'
import type { Inside } from '../read-pasted.ts'
import { decodedPart, parametersOf } from './uri.ts'

/** The address in a link that a wallet opens, or in an account id; `null` for other text. */
export function readPaymentLink(text: string): Inside | null {
  return readEthereum(text) ?? readAccountId(text) ?? readCoinLink(text) ?? readTagged(text)
}

/**
 * `ethereum:[pay-]ADDRESS[@CHAIN][/FUNCTION][?…]`. The address is who is paid, but for a token's transfer, which pays
 * the parameter `address`. Other calls can pay anybody. Source: https://eips.ethereum.org/EIPS/eip-681
 */
function readEthereum(text: string): Inside | null {
  const [whole, target = '', chain = '', call, query = ''] =
    /^ethereum:(?:pay-)?([^@/?]*)(?:@([^/?]*))?(?:\/([^?]*))?(?:\?(.*))?$/i.exec(text) ?? []
  if (whole === undefined) return null
  const took = `an EIP-681 link${/^\d{1,20}$/.test(chain) ? ` for chain ${chain}` : ''}`
  if (call === undefined || call === '') return { address: decodedPart(target), took, family: 'evm' }
  if (call !== 'transfer')
    return { reason: `${took} that calls a contract: ask for the address that it pays` }
  const recipients = parametersOf(query).flatMap(([name, value]) => (name === 'address' ? [value] : []))
  const [recipient] = recipients
  if (recipient === undefined || recipients.length > 1)
    return { reason: `${took} that transfers a token to ${recipients.length} addresses, expected 1` }
  return { address: recipient, took: `${took}: who gets the token, not the token's contract`, family: 'evm' }
}

/**
 * An account with its chain: `eip155:1:0x…` (https://chainagnostic.org/CAIPs/caip-10), and `eth:0x…`
 * (https://eips.ethereum.org/EIPS/eip-3770). The chain is presentation: what is listed is listed on all.
 */
function readAccountId(text: string): Inside | null {
  const [, namespace, reference, account] =
    /^([-a-z0-9]{3,8}):([-_a-zA-Z0-9]{1,32}):([-.%a-zA-Z0-9]{1,128})$/.exec(text) ?? []
  if (namespace !== undefined && account !== undefined) {
    const family = namespaces.get(namespace)
    const took = `a CAIP-10 account id${family === undefined ? '' : ` of ${namespace}:${reference}`}`
    return { address: decodedPart(account), took, ...(family && { family }) }
  }
  const [, name, address] = /^([-a-z0-9]{1,32}):(0x[0-9a-z]*)$/i.exec(text) ?? []
  if (name === undefined || address === undefined || coins.has(name.toLowerCase())) return null
  return { address, took: `an EIP-3770 address for ${name}`, family: 'evm' }
}

/** Of `bip122` the address tells which chain it is. Source: https://namespaces.chainagnostic.org/ */
const namespaces = new Map<string, Family | null>([
  ['eip155', 'evm'],
  ['bip122', null],
  ['tron', 'tron'],
  ['xrpl', 'xrp'],
  ['solana', 'solana'],
])

/** Schemes of links that wallets open. Cashaddr's own are part of the address. */
const coins = new Map<string, Family>([
  ['bitcoin', 'bitcoin'],
  ['bitcoincash', 'bitcoin-cash'],
  ['bchtest', 'bitcoin-cash'],
  ['bchreg', 'bitcoin-cash'],
  ['litecoin', 'litecoin'],
  ['dogecoin', 'dogecoin'],
  ['dash', 'dash'],
  ['zcash', 'zcash'],
  ['monero', 'monero'],
  ['tron', 'tron'],
  ['solana', 'solana'],
  ['ripple', 'xrp'],
  ['xrp', 'xrp'],
  ['xrpl', 'xrp'],
])

/** Parameters that hold an address of their own: of BIP 321, and of ZIP 321. */
const addressParameters = new Set(['bc', 'tb', 'bcrt', 'address'])
/** Parameters by which the same payment can go another way. */
const otherWays = new Set(['lightning', 'lno', 'sp', 'pay'])

/**
 * `bitcoin:ADDRESS?amount=…`, in upper case too, as QR codes have it. Sources: BIP 21
 * (https://github.com/bitcoin/bips/blob/master/bip-0021.mediawiki), BIP 321, ZIP 321, Solana Pay, and BIP 21's like for other coins.
 */
function readCoinLink(text: string): Inside | null {
  const [, scheme = '', path = '', query = ''] = /^([a-z]+):(?:\/\/)?([^?]*)(?:\?(.*))?$/i.exec(text) ?? []
  const family = coins.get(scheme.toLowerCase())
  if (family === undefined) return null
  const took = `a ${scheme.toLowerCase()}: link${scheme.toLowerCase() === 'bitcoin' ? ' (BIP 21)' : ''}`
  const parameters = parametersOf(query)
  if (parameters.some(([name]) => name.startsWith('req-')))
    return { reason: `${took} with a parameter req-…, which chainscreen does not know: ask for the address` }
  const prefix = family === 'bitcoin-cash' && path !== '' ? `${scheme}:` : ''
  const others = parameters.flatMap(([name, value]) => (addressParameters.has(name) ? [value] : []))
  const addresses = [...(path === '' ? [] : [prefix + decodedPart(path)]), ...others]
  const [address] = addresses
  const isOtherWay = parameters.some(([name]) => otherWays.has(name))
  if (address === undefined)
    return { reason: `${took} without an address${isOtherWay ? ' (an invoice?)' : ''}: ask for the address` }
  if (new Set(addresses.map(identity)).size > 1)
    return { reason: `${took} with ${addresses.length} addresses: ask about each` }
  return { address, took: isOtherWay ? `${took}, which can be paid another way too` : took, family }
}

function identity(address: string): string {
  const parsed = parseAddress(address)
  return parsed.ok ? parsed.key : address
}

/** `r…?dt=TAG`: how XRP wallets hand out an account and the tag of a customer. */
function readTagged(text: string): Inside | null {
  const [, address] = /^(r[1-9A-HJ-NP-Za-km-z]{24,34})\?(?:dt|to|memo)=\w*(?:&\S*)?$/.exec(text) ?? []
  return address === undefined ? null : { address, took: 'an XRP address with a tag', family: 'xrp' }
}
