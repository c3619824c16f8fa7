import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { readExtendedKey } from './extended-key.ts'

const base58check = createBase58check(sha256)

const plainVersions = { mainnet: '0488b21e', test: '043587cf' } as const

/** The same extended public key with the prefix xpub or tpub, the only ones that descriptors know. */
export function plainFromSlip132(key: string): string {
  const { network } = readExtendedKey(key)
  const payload = base58check.decode(key).subarray(4)
  return base58check.encode(Uint8Array.of(...Buffer.from(plainVersions[network], 'hex'), ...payload))
}
