import { base58 } from '@scure/base'
import { makeKey } from '../key.ts'
import type { ParseResult } from './format.ts'
import { isWellMixed } from './letter-case.ts'

/**
 * Base58 of exactly 32 bytes. There is no checksum, so this is asked last, and a long run of letters in one case is
 * left alone: that is a damaged bech32 text. Solana's own programs (`Vote111…`) have few letters.
 */
export function readSolana(text: string): ParseResult | null {
  if (!/^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(text)) return null
  if (text.replace(/[1-9]/g, '').length >= 20 && !isWellMixed(text)) return null
  const bytes = base58.decode(text)
  return bytes.length === 32 ? { ok: true, key: makeKey('solana', bytes), form: 'public-key', text } : null
}

export function writeSolana(bytes: Uint8Array): string {
  return base58.encode(bytes)
}
