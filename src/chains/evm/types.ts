import type { ChainDefinition } from './definition.ts'
import type { MayHaveUnreadable } from './unreadable.ts'

/**
 * The part of a node's answers that screening reads, after `check-block.ts` and `check-receipts.ts` looked at each of these fields. The
 * objects are the ones JSON.parse made: they carry more fields, which nothing here may read. Hex is lower-case.
 */
export interface RpcHeader {
  number: string
  hash: string
  parentHash: string
  timestamp: string
}

export interface RpcBlock extends RpcHeader {
  transactions: readonly RpcTransaction[]
  /** Beacon chain withdrawals, since Shanghai (EIP-4895). */
  withdrawals?: readonly RpcWithdrawal[] | null
}

export interface RpcTransaction extends MayHaveUnreadable {
  hash: string
  /** {@link nowhere} where it can't be read, as is `to`. */
  from: string
  /** `null` (or absent, from some clients): the transaction creates a contract. */
  to?: string | null
  /** Wei, as a hex quantity. `null`, as `input`: it can't be read, or this type has none. */
  value: string | null
  input: string | null
  /** EIP-2718, as a hex quantity. Left out by some nodes for legacy transactions. */
  type?: string | null
  /** Deposits of the OP stack: wei that come into being at `from`, as a hex quantity. */
  mint?: string | null
}

export interface RpcReceipt extends MayHaveUnreadable {
  transactionHash: string
  blockHash: string
  /** `0x1` succeeded, `0x0` failed. Absent (or null) before Byzantium, where `root` stands instead (EIP-658). */
  status?: string | null
  contractAddress?: string | null
  logs: readonly RpcLog[]
}

export interface RpcLog {
  address: string
  /** 0 to 4 topics of 32 bytes. */
  topics: readonly string[]
  /** Any bytes. Only its `0x` has been checked: a contract may write whatever it likes. */
  data: string
}

export interface RpcWithdrawal {
  address: string
  /** Gwei, as a hex quantity. */
  amount: string
}

/** A deposit of the OP stack: https://specs.optimism.io/protocol/deposits.html */
export const opDeposit = 0x7e

/** Types whose transactions every chain treats alike: legacy, EIP-2930, EIP-1559, EIP-4844, EIP-7702. */
const signedTypes: ReadonlySet<number> = new Set([0, 1, 2, 3, 4])

/** Types that are read whole on any chain: many chains of the OP stack have no definition of their own. */
export const commonTypes: ReadonlySet<number> = new Set([...signedTypes, opDeposit])

/** In place of a type that can't be read. No type is larger than a byte (EIP-2718). */
export const unreadableType = '0x100'

/** The EIP-2718 type. Nodes leave it out for legacy transactions of old. */
export function typeOf(tx: RpcTransaction): number {
  return tx.type === undefined || tx.type === null ? 0 : Number(tx.type)
}

/** Whether what happens is all in value, logs and calls, as on Ethereum. */
export function isSignedType(tx: RpcTransaction): boolean {
  return signedTypes.has(typeOf(tx))
}

/** Whether what this transaction moves is known whole. */
export function isReadWhole(tx: RpcTransaction, definition: ChainDefinition): boolean {
  const type = typeOf(tx)
  return commonTypes.has(type) || definition.types.includes(type)
}

/** A token the operator of this program knows and named in the config (`chains[].tokens`). */
export interface KnownToken {
  address: `0x${string}`
  symbol: string
  decimals?: number | undefined
  /** Wraps the native coin and writes `Deposit` and `Withdrawal` instead of `Transfer` (WETH9 and its copies). */
  wrapped?: boolean | undefined
}

/** The known tokens of one chain by lower-case address. */
export type TokenTable = ReadonlyMap<string, KnownToken>

export function tokenTable(tokens: readonly KnownToken[]): TokenTable {
  return new Map(tokens.map((token) => [token.address.toLowerCase(), token]))
}
