import type { Key } from '../../src/address/key.ts'
import type { Entry, Party, ScreenableTx, Transfer } from '../../src/screening/types.ts'
import { Watchlist } from '../../src/screening/watchlist.ts'

/** An EVM key of one repeated digit: `evm('1')`. */
export function evm(digit: string): Key {
  return `evm:${digit.repeat(40)}`
}

/** A P2WPKH script whose hash is one repeated digit. */
export function p2wpkh(digit: string): Key {
  return `bitcoin:0014${digit.repeat(40)}`
}

/** The P2PKH script of the same hash. */
export function p2pkh(digit: string): Key {
  return `bitcoin:76a914${digit.repeat(40)}88ac`
}

export const own = evm('a')
export const foreign = evm('1')
export const listed = evm('b')

/** Noon of a UTC date, as a block's time. */
export function noon(date: string): number {
  return Date.parse(`${date}T12:00:00Z`) / 1000
}

/** An entry in force since its listing in 2020, of a sanctions list. */
export function entry(key: Key, fields: Partial<Entry> = {}): Entry {
  const firstSeen = fields.firstSeen ?? '2020-01-01'
  return {
    listId: 'ofac-sdn',
    category: 'sanctions',
    key,
    address: `text of ${key}`,
    subject: 'A listed party',
    subjectIds: [],
    programs: ['CYBER2'],
    listedOn: firstSeen,
    firstSeen,
    intervals: [{ from: firstSeen, to: null }],
    ...fields,
  }
}

/** A native deposit from a clean address. */
export function transfer(fields: Partial<Transfer> = {}): Transfer {
  return {
    id: 'value',
    direction: 'deposit',
    asset: 'native',
    symbol: 'ETH',
    amount: 5n,
    own,
    parties: [{ key: foreign, role: 'source' }],
    tags: [],
    ...fields,
  }
}

export function tx(fields: Partial<ScreenableTx> = {}): ScreenableTx {
  return { hash: `0x${'c'.repeat(64)}`, transfers: [transfer()], parties: [], ownSigned: false, ...fields }
}

export function party(key: Key, role: Party['role']): Party {
  return { key, role }
}

export function watchlist(...entries: Entry[]): Watchlist {
  return new Watchlist(1, entries)
}
