/**
 * One public key (the generator of secp256k1, private key 1) in every form, and the first block's key. Sources: SEC 2
 * section 2.4.1; BIP173 for the P2WPKH address; block explorers for the others; Bitcoin's genesis block.
 */
export const generator = {
  compressed: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  uncompressed:
    '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  p2pkh: '1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH',
  p2wpkh: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  nested: '3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN',
  p2pkhOfUncompressed: '1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm',
} as const

export const genesis = {
  publicKey:
    '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f',
  p2pkh: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
} as const

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
