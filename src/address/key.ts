/**
 * An address is a key: a family and its bytes. Text is for people; comparison is by key.
 *
 * - `evm`, `tron`: the 20 account bytes (Tron without its 0x41 prefix, so that it equals the EVM account).
 * - `bitcoin` and its relatives (`bitcoin-cash`, `litecoin`, `dash`, `zcash`, `dogecoin`, `bitcoin-gold`,
 *   `verge`): the scriptPubKey. The network prefix is presentation.
 * - `monero`: network byte, spend key and view key (and payment id), without the checksum.
 * - `xrp`: the 20-byte account id. `bnb`: the 20 account bytes. `solana`: the 32-byte public key.
 */
export const families = [
  'evm',
  'bitcoin',
  'tron',
  'bitcoin-cash',
  'litecoin',
  'dash',
  'zcash',
  'dogecoin',
  'bitcoin-gold',
  'verge',
  'monero',
  'xrp',
  'bnb',
  'solana',
] as const

export type Family = (typeof families)[number]

/** A key as text: the family, a colon, and the bytes in lower-case hex. The one form in which keys are compared and stored. */
export type Key = `${Family}:${string}`

/**
 * The key of an address.
 *
 * @param bytes as the family defines them: 20 bytes of an EVM account, a scriptPubKey of Bitcoin.
 */
export function makeKey(family: Family, bytes: Uint8Array): Key {
  return `${family}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/**
 * The family that a key belongs to.
 *
 * @example
 * keyFamily('bitcoin:0014751e76e8199196d454941c45d1b3a323f1433bd6') // 'bitcoin'
 */
export function keyFamily(key: Key): Family {
  return key.slice(0, key.indexOf(':')) as Family
}

/** The bytes of a key in lower-case hex, without prefix. */
export function keyHex(key: Key): string {
  return key.slice(key.indexOf(':') + 1)
}

export function keyBytes(key: Key): Uint8Array {
  return Buffer.from(keyHex(key), 'hex')
}

/** A key of the EVM family from `0x…` text that a node served (any case). */
export function evmKey(hex: string): Key {
  return `evm:${hex.slice(2).toLowerCase()}`
}
