import { type Key, keyFamily } from '../address/key.ts'
import { readPasted } from '../address/read-pasted.ts'
import { holdsPrivateKey, holdsSeedPhrase, looksPrivate, wholePhrase } from '../address/secret.ts'
import { looksLikeDescriptor } from '../descriptor/parse-descriptor.ts'
import { privateKeyAsAddress, shownAddress, whySecret } from '../descriptor/shown-address.ts'
import { hasPersonalData } from '../privacy/forbidden-columns.ts'

/** What an own address is for. */
export const ownKinds = ['deposit', 'hot', 'cold', 'forwarder'] as const

export type OwnKind = (typeof ownKinds)[number]

/** The families of chains that can be watched. */
export type WatchedFamily = 'evm' | 'bitcoin'

/** One own address as one row of a file says it. */
export interface OwnRow {
  /** Of the file; the header is line 1. */
  line: number
  key: Key
  /** The address as written, without white space around it or what it was taken out of. */
  text: string
  /** What it was taken out of, such as `an EIP-681 link`; `null` where it was given as it is. */
  took: string | null
  kind: OwnKind
  /** The exchange's own opaque id; may be empty. */
  reference: string
  /** Id of the one chain it is watched on; `null` = every chain of its family. */
  chain: string | null
}

/** Ids of the configured chains, with the family of each. */
export type KnownChains = ReadonlyMap<string, WatchedFamily>

const maxReferenceLength = 200

/** The columns of one row, as read. */
export interface OwnFields {
  address: string
  kind: string
  reference: string
  chain: string
}

/** How a message calls a cell, behind its column's name. */
type Quote = (text: string) => string

/** Not at all: a row of a file that is refused may hold anything in any cell, and its line is enough to find it. */
export const unquoted: Quote = () => ''

/** As it was typed on the command line. */
export const quoted: Quote = (text) => {
  const shown = shownAddress(text)
  return ` ${JSON.stringify(shown.length > 100 ? `${shown.slice(0, 100)}…` : shown)}`
}

/**
 * An own address from the words of a person; where it can't be one, the reason in words that follow a line number.
 *
 * @param quote how the reason calls what is wrong.
 */
export function checkOwnRow(
  fields: OwnFields,
  line: number,
  chains: KnownChains,
  quote: Quote = unquoted,
): OwnRow | string {
  const { address, kind, reference, chain } = fields
  // Neither may be repeated in a message: the one is a secret, the other tells every address.
  if (looksPrivate(address)) {
    return privateKeyAsAddress
  }
  if (looksLikeDescriptor(address)) {
    return 'an extended key or descriptor was given in place of an address: `chainscreen own add --descriptor` takes it'
  }
  const parsed = readPasted(address)
  if (!parsed.ok) return `address${quote(address)} can't be read: ${whySecret(address) ?? parsed.reason}`
  const family = keyFamily(parsed.key)
  if (family !== 'evm' && family !== 'bitcoin') {
    return `address${quote(address)} can't be watched: it is of ${family}, and own addresses are of EVM chains or Bitcoin`
  }
  const wrong = checkOwnWords({ kind, reference }, quote)
  if (wrong !== null) return wrong
  if (chain !== '') {
    const watched = chains.get(chain)
    if (watched === undefined) return `chain${quote(chain)} is not in the config, which has ${names(chains)}`
    if (watched !== family) return `chain ${chain} is of type ${watched}, and address${quote(address)} is not`
  }
  return {
    ...{ line, key: parsed.key, text: parsed.address, took: parsed.took },
    ...{ kind: kind as OwnKind, reference, chain: chain === '' ? null : chain },
  }
}

/** What is wrong with what is said of an own address; `null` where nothing is: then its kind is one. */
export function checkOwnWords(
  { kind, reference }: Pick<OwnFields, 'kind' | 'reference'>,
  quote: Quote,
): string | null {
  if (!isKind(kind)) return `kind${quote(kind)} is none, expected ${ownKinds.join(', ')}`
  if (reference.length > maxReferenceLength) {
    return `reference has ${reference.length} characters, expected at most ${maxReferenceLength}`
  }
  // What a decoder leaves for bytes that are not UTF-8: a mangled id would be stored as if it were the exchange's.
  if (reference.includes('\ufffd')) return 'reference is not UTF-8 text'
  // They would move a terminal, break a line of a log, or show the id as another.
  if (/[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/u.test(reference))
    return 'reference has a control character, a line break or a bidirectional mark'
  if (holdsPrivateKey(reference) || holdsSeedPhrase(reference, wholePhrase))
    return 'reference holds a private key or a seed phrase: it must be an id of your own'
  return hasPersonalData(reference)
    ? 'reference mentions nationality, birth or documents: it must be an id of your own without personal data'
    : null
}

function isKind(text: string): text is OwnKind {
  return (ownKinds as readonly string[]).includes(text)
}

function names(chains: KnownChains): string {
  return chains.size === 0 ? 'no chains' : [...chains.keys()].join(', ')
}
