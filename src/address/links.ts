import { type Family, type Key, keyFamily } from './key.ts'
import { parseAddress } from './parse.ts'
import type { Inside } from './read-pasted.ts'

/** A part of a link as it is meant; as it stands where its percent-encoding is damaged. */
function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The parameters of a link: names in lower case, since QR codes have capitals. */
function parametersOf(query: string): [name: string, value: string][] {
  return [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value])
}

/** A part of a link, and the part or parameter before it that names it. */
interface Part {
  name: string
  text: string
  isParameter: boolean
}

/** How explorers call the page of one account. */
const accountPages = new Set(['address', 'addresses', 'account', 'accounts', 'wallet', 'profile', 'addr'])
const tokenPages = new Set(['token', 'contract'])
const transactionPages = new Set(['tx', 'txs', 'transaction', 'transactions', 'txid'])

/**
 * The address that an explorer's page is about. Where a link holds several: the holder by whom a token's page is filtered
 * (`/token/0x…?a=0x…`, as Etherscan has it), else the one behind `/address/` or the like. Where neither decides it, none.
 */
export function readExplorerLink(text: string): Inside | null {
  const url = urlOf(text)
  if (url === null) return null
  const parts = partsOf(url)
  const named = parts.filter(({ name, isParameter }) => !isParameter && accountPages.has(name))
  const damaged = named.flatMap(({ text }) => {
    const parsed = parseAddress(text)
    return parsed.ok || text === '' ? [] : [parsed.reason]
  })
  // Another address in the link is not what was meant.
  if (damaged.length > 0) return { reason: `a link whose address can't be read: ${damaged[0]}` }
  const found = parts.flatMap((part) => {
    const parsed = parseAddress(part.text)
    return parsed.ok && isMeant(part, parsed.key) ? [{ ...part, key: parsed.key }] : []
  })
  const holders = found.filter(({ name, isParameter }) => isParameter && name === 'a')
  const accounts = found.filter(({ name, isParameter }) => !isParameter && accountPages.has(name))
  for (const candidates of [found, holders, accounts]) {
    const [only] = candidates
    if (only === undefined || new Set(candidates.map(({ key }) => key)).size > 1) continue
    const what = candidates === holders ? ": the token's holder, not the token" : ''
    return { address: only.text, took: `a link to a page${what}` }
  }
  if (found.length > 0) return { reason: `a link with ${found.length} addresses: give the one that is meant` }
  return parts.some(({ name }) => transactionPages.has(name))
    ? { reason: 'a link to a transaction: give the address' }
    : { reason: 'a link without an address: give the address' }
}

/** Base58 of 32 bytes has no checksum: it is a Solana address only where the link says so. */
function isMeant({ name }: Part, key: Key): boolean {
  return keyFamily(key) !== 'solana' || accountPages.has(name) || tokenPages.has(name)
}

/** With or without its scheme: browsers hide it. */
function urlOf(text: string): URL | null {
  const bare = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\/\S/i.test(text)
  if (!bare && !/^https?:\/\/\S+$/i.test(text)) return null
  try {
    return new URL(bare ? `https://${text}` : text)
  } catch {
    return null
  }
}

/** Path, parameters, and what stands behind `#`, which some explorers take for their path (`/#/address/T…`). */
function partsOf(url: URL): Part[] {
  const [fragment = '', fragmentQuery = ''] = url.hash.slice(1).split('?')
  return [
    ...pathParts(url.pathname),
    ...pathParts(fragment),
    ...queryParts(url.search),
    ...queryParts(fragmentQuery),
  ]
}

function pathParts(path: string): Part[] {
  const parts = path.split('/').map(decodedPart)
  return parts.map((text, index) => ({
    ...{ name: (parts[index - 1] ?? '').toLowerCase(), text: withoutChain(text), isParameter: false },
  }))
}

function queryParts(query: string): Part[] {
  return parametersOf(query).map(([name, value]) => ({ name, text: withoutChain(value), isParameter: true }))
}

/** `eth:0x…`, as Safe's links have it. */
function withoutChain(text: string): string {
  return /^[-a-z0-9]{1,32}:(0x[0-9a-f]{40})$/i.exec(text)?.[1] ?? text
}

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
