import { bases, type MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { type Direction, type Role, roles } from '../../screening/types.ts'

/** What a column of type `any` holds, as better-sqlite3 takes it. It binds a number as a real: integers are given as bigint, and come back as numbers. */
export type Stored = Buffer | string | number | bigint | null

/** An epoch of look-ups is 32,768 transactions: all that a step writes lies in one, or two. */
export const rowBits = 15
export const rowsOfEpoch = 2 ** rowBits

/** Transfers, or parties, of a transaction. A block has fewer. */
export const entryBits = 20
const entriesOfTransaction = 2 ** entryBits

/** What a look-up leads from. */
export const kinds = { matchKey: 0, ownKey: 1, hash: 2 } as const

/** Where a look-up of a transaction lies. */
export function placeOf(transactionId: number): { epoch: number; row: number } {
  const row = transactionId % rowsOfEpoch
  return { epoch: (transactionId - row) / rowsOfEpoch, row }
}

/** The id of a transfer or party, as the views have it. */
export function entryId(transactionId: number, n: number): number {
  return transactionId * entriesOfTransaction + n
}

/** @returns the transaction of a transfer or party, and its number there. */
export function entryOf(id: number): { transactionId: number; n: number } {
  const n = id % entriesOfTransaction
  return { transactionId: (id - n) / entriesOfTransaction, n }
}

/** The last 8 bytes of a key or hash; of what is not hex, its last 16 characters. The same in SQL: {@link lookupHashSql}. */
export function lookupHash(text: string): Buffer | string {
  const tail = text.slice(-16)
  return /^(?:[0-9a-f]{2})*$/i.test(tail) ? Buffer.from(tail, 'hex') : tail
}

/** @param text an expression for a key or hash. */
export function lookupHashSql(text: string): string {
  return `ifnull(unhex(substr(${text}, -16)), substr(${text}, -16))`
}

/** A hash of 32 bytes, with 0x or without; whatever else is kept as it is. */
export function storedHash(text: string): { hash: Stored; prefixed: 0 | 1 } {
  const prefixed = text.startsWith('0x') ? 1 : 0
  const digits = prefixed === 1 ? text.slice(2) : text
  const isHash = digits.length === 64 && /^[0-9a-f]+$/.test(digits)
  return isHash ? { hash: Buffer.from(digits, 'hex'), prefixed } : { hash: text, prefixed: 0 }
}

/** A key in as few bytes as it takes: see `transfer_rows` in the migration. */
export function storedKey(key: string): Buffer | string {
  if (/^evm:[0-9a-f]{40}$/.test(key)) return key.slice('evm:'.length)
  if (/^bitcoin:(?:[0-9a-f]{2})+$/.test(key)) return Buffer.from(key.slice('bitcoin:'.length), 'hex')
  return key
}

/** A key and its address, of which the one says most of the other. */
export function storedAddress(
  key: string,
  address: string,
): { key: Buffer | string; address: string | null } {
  const stored = storedKey(key)
  if (typeof stored !== 'string') {
    // The views would take it for what stands for a program.
    if (address.includes('*')) return { key, address }
    return { key: stored, address: withoutProgram(stored, address) }
  }
  if (stored === key) return { key, address }
  const digits = address.slice('0x'.length)
  const isSame = address.startsWith('0x') && digits.length === 40 && digits.toLowerCase() === stored
  return isSame ? { key: digits, address: null } : { key: stored, address }
}

/** The key of a stored one, as the columns `own_key`, `key` and `match_key` have it. */
export function keyOf(stored: Buffer | string): Key {
  if (typeof stored !== 'string') return `bitcoin:${stored.toString('hex')}`
  return stored.length === 40 && !stored.includes(':') ? `evm:${stored.toLowerCase()}` : (stored as Key)
}

/** The address of a stored key, as the views have it. */
export function addressOf(stored: Buffer | string, address: string | null): string {
  if (address === null) return `0x${stored as string}`
  return typeof stored === 'string' ? address : address.replace('*', () => programText(stored))
}

/** BIP-173, "Bech32". */
const bech32Characters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const checksumLength = 6

/** The witness program of a script (BIP-141: a version and a length before it), 5 bits a character, as bech32 writes it. */
function programText(script: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of script.subarray(2)) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; ) {
      bits -= 5
      text += bech32Characters[(value >> bits) & 31]
    }
  }
  return bits > 0 ? text + bech32Characters[(value << (5 - bits)) & 31] : text
}

/** A bech32 address without what its script says. */
function withoutProgram(script: Uint8Array, address: string): string {
  // BIP-141: a program has 2 to 40 bytes.
  if (script.length < 4 || script.length > 42) return address
  const program = programText(script)
  const from = address.length - checksumLength - program.length
  if (from < 1 || !address.startsWith(program, from)) return address
  return `${address.slice(0, from)}*${address.slice(-checksumLength)}`
}

// Numbers that are written down: they never change, and new words get new ones. The views have the same.
const roleNumbers = numbersOf(roles)
const basisNumbers = numbersOf(bases)

function numbersOf(words: readonly string[]): ReadonlyMap<string, bigint> {
  return new Map(words.map((word, number) => [word, BigInt(number)]))
}

export function storedRole(role: string): Stored {
  return roleNumbers.get(role) ?? role
}

export function roleOf(stored: Stored): Role {
  return typeof stored === 'number' ? (roles[stored] as Role) : (stored as Role)
}

export function storedBasis(basis: string): Stored {
  return basisNumbers.get(basis) ?? basis
}

export function basisOf(stored: Stored): MatchBasis {
  return typeof stored === 'number' ? (bases[stored] as MatchBasis) : (stored as MatchBasis)
}

export function storedDirection(direction: Direction | null | undefined): number | null {
  return direction == null ? null : direction === 'deposit' ? 0 : 1
}

export function directionOf(stored: number): Direction {
  return stored === 0 ? 'deposit' : 'withdrawal'
}

const largest = 2n ** 63n - 1n

/** Digits of an amount: an integer where it is one of 64 bits. */
export function storedAmount(amount: string | null): Stored {
  if (amount === null || !/^(?:0|[1-9][0-9]*)$/.test(amount) || amount.length > 19) return amount
  const value = BigInt(amount)
  return value <= largest ? value : amount
}

/** The id of a token apart from its contract, of which there are few. */
export function splitAsset(asset: string): { asset: string; token: string | null } {
  const end = asset.indexOf(':', asset.indexOf(':') + 1)
  if (!asset.includes(':') || end === -1) return { asset, token: null }
  return { asset: asset.slice(0, end), token: asset.slice(end + 1) }
}

/** A JSON array of tags; none is `null`. */
export function storedTags(tags: string): string | null {
  return tags === '[]' ? null : tags
}

/** A time to the second; whatever else is kept as it is. @param time ISO-8601 */
export function storedTime(time: string): Stored {
  const seconds = Date.parse(time) / 1000
  const isExact =
    Number.isInteger(seconds) && `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` === time
  return isExact ? BigInt(seconds) : time
}
