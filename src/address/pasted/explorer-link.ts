import { type Key, keyFamily } from '../key.ts'
import { parseAddress } from '../parse.ts'
import type { Inside } from '../read-pasted.ts'
import { decodedPart, parametersOf } from './uri.ts'

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
