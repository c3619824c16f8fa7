import { secp256k1 } from '@bitauth/libauth'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Key, makeKey } from './key.ts'
import { hash160, p2pkhScript, p2shScript, witnessScript } from './script-templates.ts'

/** Shape only, as consensus has it: 33 bytes with 02 or 03, 65 with 04, or hybrid with 06 or 07. */
export function isPublicKey(bytes: Uint8Array): boolean {
  const [prefix] = bytes
  if (bytes.length === 33) return prefix === 2 || prefix === 3
  return bytes.length === 65 && (prefix === 4 || prefix === 6 || prefix === 7)
}

/** The variants of the keys of late: one that spends a thousand outputs is worked out once. */
const lately = new Map<string, readonly PublicKeyVariant[]>()
const mostLately = 256

export interface PublicKeyVariant {
  key: Key
  basis: 'same-key'
}

/**
 * The Bitcoin addresses a public key can stand behind, in whichever encoding it is shown: P2PKH of both encodings, and
 * P2WPKH and P2SH-P2WPKH of the compressed one. Of a hybrid key also the P2PKH of its own bytes. Bytes in the shape of a
 * public key that are no point of the curve have no other encoding. Empty for bytes that have not the shape. A key takes
 * about a tenth of a millisecond, nearly all of it for the other encoding.
 */
export function publicKeyVariants(publicKey: Uint8Array): readonly PublicKeyVariant[] {
  if (!isPublicKey(publicKey)) return []
  const id = Buffer.from(publicKey).toString('hex')
  const known = lately.get(id)
  if (known !== undefined) return known
  if (lately.size >= mostLately) lately.clear()
  const variants = encodings(publicKey).flatMap((encoding) => {
    const hash = hash160(encoding)
    if (encoding.length === 65) return [p2pkhScript(hash)]
    const segwit = witnessScript(0, hash)
    return [p2pkhScript(hash), segwit, p2shScript(hash160(segwit))]
  })
  const found = variants.map((script) => ({ key: makeKey('bitcoin', script), basis: 'same-key' as const }))
  lately.set(id, found)
  return found
}

/** The 65 bytes of a key that begin with 04; `null` for bytes that are no point of the curve. */
function plainPublicKey(publicKey: Uint8Array): Uint8Array | null {
  if (!isPublicKey(publicKey)) return null
  // libauth answers with words where there is no such point.
  const plain = secp256k1.uncompressPublicKey(publicKey)
  return typeof plain === 'string' ? null : plain
}

/**
 * The 20 bytes of the account of a key on EVM chains and on Tron: the last of the Keccak-256 of its coordinates (Ethereum's
 * yellow paper, appendix F; https://developers.tron.network/docs/account). `null` for bytes that are no point of the curve.
 */
export function accountOf(publicKey: Uint8Array): Uint8Array | null {
  const plain = plainPublicKey(publicKey)
  return plain === null ? null : keccak_256(plain.subarray(1)).subarray(12)
}

/** The key as given, and its other encodings. */
function encodings(publicKey: Uint8Array): Uint8Array[] {
  if (publicKey.length === 33) {
    const plain = plainPublicKey(publicKey)
    return plain === null ? [publicKey] : [publicKey, plain]
  }
  const coordinates = publicKey.subarray(1)
  const compressed = compressedPublicKey(publicKey)
  const plain = Uint8Array.of(4, ...coordinates)
  return publicKey[0] === 4 ? [publicKey, compressed] : [publicKey, plain, compressed]
}

/** The 33 bytes of a key that has the shape of one. The last byte of y decides their prefix. */
export function compressedPublicKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length === 33) return publicKey
  const isOdd = ((publicKey[64] ?? 0) & 1) === 1
  return Uint8Array.of(isOdd ? 3 : 2, ...publicKey.subarray(1, 33))
}
