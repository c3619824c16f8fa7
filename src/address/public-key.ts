import { hash160 } from './hash.ts'
import { type Key, makeKey } from './key.ts'
import { p2pkhScript, p2shScript, witnessScript } from './script-templates.ts'

/** Shape only, as consensus has it: 33 bytes with 02 or 03, 65 with 04, or hybrid with 06 or 07. */
export function isPublicKey(bytes: Uint8Array): boolean {
  const [prefix] = bytes
  if (bytes.length === 33) return prefix === 2 || prefix === 3
  return bytes.length === 65 && (prefix === 4 || prefix === 6 || prefix === 7)
}

/**
 * The Bitcoin addresses a public key can stand behind: P2PKH of its hash, and for a compressed key P2WPKH and
 * P2SH-P2WPKH. An uncompressed or hybrid key gives those of its compressed form too: it is the same key. Empty for
 * bytes that have not the shape of a public key.
 */
export function publicKeyForms(publicKey: Uint8Array): { key: Key; basis: 'same-key' }[] {
  if (!isPublicKey(publicKey)) return []
  const forms = encodings(publicKey).flatMap((encoding) => {
    const hash = hash160(encoding)
    if (encoding.length === 65) return [p2pkhScript(hash)]
    const segwit = witnessScript(0, hash)
    return [p2pkhScript(hash), segwit, p2shScript(hash160(segwit))]
  })
  return forms.map((script) => ({ key: makeKey('bitcoin', script), basis: 'same-key' }))
}

/** The key as given, and for a long one its plain and its compressed encoding. The last byte of y decides the prefix. */
function encodings(publicKey: Uint8Array): Uint8Array[] {
  if (publicKey.length === 33) return [publicKey]
  const coordinates = publicKey.subarray(1)
  const isOdd = ((publicKey[64] ?? 0) & 1) === 1
  const compressed = Uint8Array.of(isOdd ? 3 : 2, ...publicKey.subarray(1, 33))
  const plain = Uint8Array.of(4, ...coordinates)
  return publicKey[0] === 4 ? [publicKey, compressed] : [publicKey, plain, compressed]
}
