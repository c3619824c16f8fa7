import type { HdPublicNodeValid } from '@bitauth/libauth'
import { secp256k1 } from '@bitauth/libauth'
import { isCompressed, type KeyNetwork, looksExtended, readExtendedKey } from './extended-key.ts'
import { refuseDescriptor } from './refuse.ts'

/** One step of a path: a child's number, or, for several branches (BIP 389), one number for each. */
type Step = number | readonly number[]

/** One key expression (BIP 380): a public key, or where to derive public keys from. */
export type KeyExpression =
  | { publicKey: Uint8Array }
  | { node: HdPublicNodeValid; network: KeyNetwork; steps: readonly Step[]; isRange: boolean }

/** Where a key stands: decides which encodings it may have. */
export type KeyPlace = 'legacy' | 'segwit' | 'taproot'

/** Above it, children are hardened: they need the private key. */
const hardened = 2 ** 31

const shape = /^(?:\[([^\]]*)\])?([^/[\]]+)((?:\/[^/]*)*)$/
const originShape = /^[0-9a-fA-F]{8}(?:\/\d+[h']?)*$/

/** @throws ChainscreenError `usage` saying what is wrong, without the key. */
export function parseKey(text: string, place: KeyPlace): KeyExpression {
  const [, origin, key = '', path = ''] =
    shape.exec(text) ?? refuseDescriptor('a key in it has not the form of one')
  if (origin !== undefined && !originShape.test(origin)) {
    refuseDescriptor('a key origin in it is not like [d34db33f/84h/0h/0h]')
  }
  const steps = path === '' ? [] : path.slice(1).split('/')
  if (/^[0-9a-fA-F]+$/.test(key) && !looksExtended(key)) {
    if (steps.length > 0)
      refuseDescriptor('a plain public key in it has a path, and nothing can be derived from it')
    return { publicKey: readPublicKey(key, place) }
  }
  const { node, network, implies } = readExtendedKey(key)
  if (implies !== null) {
    refuseDescriptor(
      'a key in it says in its prefix what it is for (ypub, zpub, …): inside a descriptor write it as xpub or tpub',
    )
  }
  const isRange = steps.at(-1) === '*'
  const fixed = (isRange ? steps.slice(0, -1) : steps).map(readStep)
  if (fixed.filter((step) => typeof step !== 'number').length > 1) {
    refuseDescriptor('a key in it has several <…;…> steps, and one is allowed')
  }
  return { node, network, steps: fixed, isRange }
}

function readStep(text: string): Step {
  if (/[h'H]/.test(text)) {
    refuseDescriptor(
      "it has a hardened step (h or ') behind an extended public key, which only the private key can take: give the extended key of that place",
    )
  }
  if (text === '*') refuseDescriptor('* is allowed only at the end of a path')
  const several = /^<(\d+(?:;\d+)+)>$/.exec(text)?.[1]
  if (several === undefined) return readNumber(text)
  const numbers = several.split(';').map(readNumber)
  if (new Set(numbers).size < numbers.length)
    refuseDescriptor('a <…;…> step in it names the same number twice')
  return numbers
}

function readNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) >= hardened) {
    refuseDescriptor('a step of a path in it is no number from 0 to 2147483647, <0;1>, or * at the end')
  }
  return Number(text)
}

function readPublicKey(hex: string, place: KeyPlace): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  if (place === 'taproot' && hex.length === 64) {
    const even = Uint8Array.of(2, ...bytes)
    if (isCompressed(even)) return even
  }
  if (hex.length === 66 && isCompressed(bytes)) return bytes
  if (place === 'legacy' && hex.length === 130 && bytes[0] === 4 && secp256k1.validatePublicKey(bytes))
    return bytes
  return refuseDescriptor(
    place === 'legacy'
      ? 'a key in it is no public key in hex (33 or 65 bytes), and no extended public key'
      : `a key in it is no public key in hex (33 bytes${place === 'taproot' ? ', or 32' : ', compressed'}), and no extended public key`,
  )
}
