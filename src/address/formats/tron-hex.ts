import { writeBase58Check } from './base58-check.ts'

/**
 * How Tron's nodes write an address: its 21 bytes in hex, the first of them 0x41, without a checksum
 * (https://developers.tron.network/docs/account). Nobody reads it in free text.
 */
export function isTronHex(text: string): boolean {
  return /^(?:0x)?41[0-9a-f]{40}$/i.test(text)
}

/** The same in base58check, as wallets write it. */
export function tronHexText(text: string): string {
  return writeBase58Check('41', Buffer.from(text.slice(-40), 'hex'))
}
