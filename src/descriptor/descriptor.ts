import { ChainscreenError } from '../diagnostics/errors.ts'
import type { KeyExpression, KeyNetwork } from './parse-key.ts'

/** A script for one key, or for k of n keys. */
export type Policy =
  | { kind: 'key'; key: KeyExpression }
  | { kind: 'multi'; required: number; sorted: boolean; keys: readonly KeyExpression[] }

/** How the policy is wrapped into a scriptPubKey. */
export type Wrapping = 'pkh' | 'wpkh' | 'sh-wpkh' | 'tr' | 'sh' | 'wsh' | 'sh-wsh'

/** An output descriptor (BIP 380) that was understood: where scripts, and with them addresses, are derived from. */
export interface Descriptor {
  /** As it is stored: hardened steps of origins written `h`, without the checksum. Tells all addresses: never to be printed. */
  text: string
  /** BIP 380, over `text`. Names the descriptor in messages. */
  checksum: string
  wrapping: Wrapping
  policy: Policy
  /** The network that its extended keys are for; `null` where it has none. */
  network: KeyNetwork | null
  /** How many branches a `<0;1>` step makes (BIP 389); 1 without one. */
  branches: number
  /** False: it stands for one address a branch, not for a range. */
  isRange: boolean
}

const inputCharset =
  "0123456789()[],'/*abcdefgh@:$%{}" + 'IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~' + 'ijklmnopqrstuvwxyzABCDEFGH`#"\\ '
const checksumCharset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn]

/**
 * The eight characters that stand behind `#`: a checksum over the descriptor before it. Source: BIP 380
 * (https://github.com/bitcoin/bips/blob/master/bip-0380.mediawiki#checksum), character sets and generator with it.
 *
 * @returns `null` where the text has a character that no descriptor may have.
 */
export function descriptorChecksum(text: string): string | null {
  let state = 1n
  let group = 0
  let grouped = 0
  for (const character of text) {
    const position = inputCharset.indexOf(character)
    if (position === -1) return null
    state = step(state, position & 31)
    group = group * 3 + (position >> 5)
    if (++grouped < 3) continue
    state = step(state, group)
    group = 0
    grouped = 0
  }
  if (grouped > 0) state = step(state, group)
  for (let i = 0; i < 8; i++) state = step(state, 0)
  state ^= 1n
  return Array.from(
    { length: 8 },
    (_, i) => checksumCharset[Number((state >> BigInt(5 * (7 - i))) & 31n)],
  ).join('')
}

function step(state: bigint, value: number): bigint {
  const top = Number(state >> 35n)
  let next = ((state & 0x7ffffffffn) << 5n) ^ BigInt(value)
  generator.forEach((term, i) => {
    if (((top >> i) & 1) === 1) next ^= term
  })
  return next
}

/**
 * Says what is wrong with a descriptor, never what it is: it may hold a private key by mistake, and its public keys
 * tell every address of the exchange.
 *
 * @throws ChainscreenError `usage`
 */
export function refuseDescriptor(reason: string): never {
  throw new ChainscreenError('usage', `The descriptor can't be used: ${reason}.`)
}

/** Never a reason to say which one it was. */
export const privateKeyReason =
  'it holds a private key. chainscreen needs public keys only (xpub, tpub): take this one off the machine, and treat it as disclosed'
