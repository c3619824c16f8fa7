import type { HdPublicNodeValid } from '@bitauth/libauth'
import { secp256k1 } from '@bitauth/libauth'
import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { holdsPrivateKey } from '../address/secret.ts'
import { privateKeyReason, refuseDescriptor } from './refuse.ts'

const base58check = createBase58check(sha256)

/** A public key from which others are derived (BIP 32). */
export interface ExtendedKey {
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
export function isCompressed(key: Uint8Array): boolean {
  return key.length === 33 && (key[0] === 2 || key[0] === 3) && secp256k1.validatePublicKey(key)
}

function decode(text: string): Uint8Array | null {
  try {
    return base58check.decode(text)
  } catch {
    return null
  }
}
