import { type HdPublicNodeValid, secp256k1 } from '@bitauth/libauth'
import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { holdsPrivateKey } from '../address/secret.ts'
import { privateKeyReason, refuseDescriptor } from './descriptor.ts'

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

const base58check = createBase58check(sha256)

/** A public key from which others are derived (BIP 32). */
interface ExtendedKey {
  node: HdPublicNodeValid
  network: KeyNetwork
  /** What its version says that it is for (SLIP 132); `null` for xpub and tpub, which say nothing. */
  implies: 'wpkh' | 'sh-wpkh' | 'multisig' | null
}

/** An extended key tells the main network from all test networks, and no more. */
export type KeyNetwork = 'mainnet' | 'test'

/**
 * Source: BIP 32 (xpub, tpub); SLIP 132 for the others
 * (https://github.com/satoshilabs/slips/blob/master/slip-0132.md#registered-hd-version-bytes).
 */
const publicVersions: Readonly<Record<string, Pick<ExtendedKey, 'network' | 'implies'>>> = {
  '0488b21e': { network: 'mainnet', implies: null },
  '049d7cb2': { network: 'mainnet', implies: 'sh-wpkh' },
  '04b24746': { network: 'mainnet', implies: 'wpkh' },
  '0295b43f': { network: 'mainnet', implies: 'multisig' },
  '02aa7ed3': { network: 'mainnet', implies: 'multisig' },
  '043587cf': { network: 'test', implies: null },
  '044a5262': { network: 'test', implies: 'sh-wpkh' },
  '045f1cf6': { network: 'test', implies: 'wpkh' },
  '024289ef': { network: 'test', implies: 'multisig' },
  '02575483': { network: 'test', implies: 'multisig' },
}

/** Text that begins like an extended key, private or public. */
export const looksExtended = (text: string): boolean => /^[a-zA-Z](?:pub|prv)[1-9A-HJ-NP-Za-km-z]/.test(text)

/** @throws ChainscreenError `usage` for text that is none, also where it is a private one: then without a word of it. */
export function readExtendedKey(text: string): ExtendedKey {
  if (holdsPrivateKey(text)) refuseDescriptor(privateKeyReason)
  const bytes = decode(text)
  if (bytes === null) refuseDescriptor('an extended key in it is mistyped (its base58 checksum is wrong)')
  const version = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  const known = publicVersions[version]
  if (bytes.length !== 78 || known === undefined) {
    refuseDescriptor('a key in it is no extended public key (xpub, tpub) and no public key in hex')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const node = {
    depth: bytes[4] ?? 0,
    parentFingerprint: bytes.slice(5, 9),
    childIndex: view.getUint32(9),
    chainCode: bytes.slice(13, 45),
    publicKey: bytes.slice(45),
  }
  const isMaster = node.depth === 0
  if (isMaster && (node.childIndex !== 0 || node.parentFingerprint.some((byte) => byte !== 0))) {
    refuseDescriptor('an extended key in it says that it has no parent, and names one')
  }
  if (!isCompressed(node.publicKey)) refuseDescriptor('an extended key in it holds no point of the curve')
  return { node, ...known }
}

/** 33 bytes that are a point of the curve. */
function isCompressed(key: Uint8Array): boolean {
  return key.length === 33 && (key[0] === 2 || key[0] === 3) && secp256k1.validatePublicKey(key)
}

function decode(text: string): Uint8Array | null {
  try {
    return base58check.decode(text)
  } catch {
    return null
  }
}

const plainVersions = { mainnet: '0488b21e', test: '043587cf' } as const

/** The same extended public key with the prefix xpub or tpub, the only ones that descriptors know. */
export function plainFromSlip132(key: string): string {
  const { network } = readExtendedKey(key)
  const payload = base58check.decode(key).subarray(4)
  return base58check.encode(Uint8Array.of(...Buffer.from(plainVersions[network], 'hex'), ...payload))
}
