import { createHash } from 'node:crypto'

/** SHA-256 of the SHA-256 of the parts joined: Bitcoin's hash of headers and transactions. */
export function doubleSha256(...parts: readonly Uint8Array[]): Buffer {
  const first = createHash('sha256')
  for (const part of parts) first.update(part)
  return createHash('sha256').update(first.digest()).digest()
}

/** A hash as RPC writes it: hex, byte order reversed. */
export function rpcHex(hash: Uint8Array): string {
  return Buffer.from(hash).reverse().toString('hex')
}
