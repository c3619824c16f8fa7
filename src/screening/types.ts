import type { MatchBasis } from '../address/equivalents.ts'
import type { Key } from '../address/key.ts'
import type { Tag } from './level.ts'

/** Seen from the exchange. Own to own is internal, and no transfer here. */
export type Direction = 'deposit' | 'withdrawal'

/** How a foreign address takes part in a transfer, most direct first. */
export const roles = [
  'source',
  'destination',
  'initiator',
  'operator',
  'intermediary',
  'upstream',
  'named',
  'onward',
  'co-recipient',
  'co-input',
  'asset',
] as const

export type Role = (typeof roles)[number]

/** A foreign address and how it takes part. */
export interface Party {
  key: Key
  role: Role
  /** Other keys of the same party that the transaction reveals (the hash of a public key in a P2PK script), with their basis. */
  variants?: readonly { key: Key; basis: MatchBasis }[]
}

/** One movement of one asset between the exchange and a foreign party, inside one transaction. */
export interface Transfer {
  /** `value`, `log:2`, `log:2:0`, `vout:3`, `net`, `withdrawal:4`, `trace:0.2`: see the alert table. Unique within the transaction. */
  id: string
  direction: Direction
  /** `native`, `erc20:0x…`, `erc721:0x…:ID`, `erc1155:0x…:ID`, `erc6909:0x…:ID`; `unknown:0x…` and the contract that wrote an undecoded log. */
  asset: string
  /** Where known: the config names the contract. */
  symbol: string | null
  /** In base units: wei, satoshi, token units; for ERC-721 one. `null`: unknown, of an undecoded log. */
  amount: bigint | null
  /** The exchange's side. */
  own: Key
  /** The parties of this transfer alone. Parties of the whole transaction stand in {@link ScreenableTx.parties}. */
  parties: readonly Party[]
  tags: readonly Tag[]
  /**
   * How many it stands for, where that may be more than one: undecoded logs that name the same addresses, or transfers of unknown
   * assets between the same parties.
   */
  logs?: number
}

/** What one transaction moved between the exchange and others. Transactions without such a transfer are not extracted. */
export interface ScreenableTx {
  /** Lower-case; Bitcoin's in RPC order; EVM's with 0x. */
  hash: string
  transfers: readonly Transfer[]
  /**
   * Parties of the whole transaction, stored once. `co-recipient` and `co-input` alert once for the transaction; `named` is a
   * party of every undecoded transfer; every other role matches each transfer of the transaction (of `direction`, where given).
   */
  parties: readonly (Party & { direction?: Direction })[]
  /** Addresses that undecoded logs name beyond those that are stored: of these, only who is listed becomes a party. */
  beyond?: readonly Key[]
  /** An own address signed the transaction (EVM: `tx.from`; Bitcoin: any own input). */
  ownSigned: boolean
}

/** Where a transaction stands. */
export interface BlockRef {
  height: number
  /** Lower-case; EVM's with 0x. */
  hash: string
  parentHash: string
  /** Unix seconds. */
  time: number
}

export type Category = 'sanctions' | 'issuer-freeze' | 'own-list' | 'canary'

/**
 * A span in which an entry was in force; `to` null = still. Of UTC dates (`YYYY-MM-DD`): `from` included, `to` excluded.
 * Where the source is exact to the block, of the times of blocks (`YYYY-MM-DDThh:mm:ssZ`): both blocks included.
 */
export interface Interval {
  from: string
  to: string | null
}

/** What the contract of a token says of an account, in an event of the chain: its issuer froze it, or let it go again. */
export interface FreezeNotice {
  /** The contract that wrote the event, lower-case. */
  contract: string
  account: Key
  change: 'frozen' | 'unfrozen'
  txHash: string
  /** Its place among all logs of the block, counted from 0. */
  logIndex: number
}

/** One key in one list, with everything the list says of it. */
export interface Entry {
  listId: string
  category: Category
  key: Key
  /** As published. */
  address: string
  /** Names of the parties it is listed under, joined with `; `. */
  subject: string | null
  /** The source's ids of these parties. */
  subjectIds: readonly string[]
  programs: readonly string[]
  /** The source's date for the party, `YYYY-MM-DD`. */
  listedOn: string | null
  /** The date by which this address was published, `YYYY-MM-DD`. */
  firstSeen: string
  /** In date order; in force now = the last one is open. */
  intervals: readonly Interval[]
}

export type Level = 'high' | 'medium' | 'low'

export type ListedAtTransfer = 'yes' | 'no' | 'same-day' | 'unknown'

/** One party of one transfer that matched one entry. */
export interface Finding {
  txHash: string
  direction: Direction
  /** The transfer's id, or `tx` for a party of the whole transaction. */
  transfer: string
  asset: string
  symbol: string | null
  amount: bigint | null
  own: Key
  party: Key
  role: Role
  match: MatchBasis
  entry: Entry
  level: Level
  tags: readonly Tag[]
  listedAtTransfer: ListedAtTransfer
  /** How many transfers this finding stands for: more than one only for unknown assets and undecoded logs. */
  transferCount: number
}

/**
 * Which addresses are the exchange's, for one chain. The `may…` calls are the hot path: they answer from a compact
 * table in memory, may say yes wrongly (about once in 2^40), never no wrongly. `has` is exact, and slower.
 */
export interface OwnLookup {
  /** @param hex a `0x…` address of 20 bytes as nodes write it, lower-case. */
  mayHaveEvm(hex: string): boolean
  /** @param hex the 32-byte topic `0x000…` that holds an address in its last 20 bytes, lower-case. */
  mayHaveEvmTopic(hex: string): boolean
  /** A scriptPubKey in place: `bytes[start..end)`. */
  mayHaveScript(bytes: Uint8Array, start: number, end: number): boolean
  has(key: Key): boolean
}
