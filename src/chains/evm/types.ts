import type { MayBeOdd } from './oddity.ts'

/**
 * The part of a node's answers that screening reads, after {@link ./check} has looked at each of these fields. The
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

export interface RpcTransaction extends MayBeOdd {
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

export interface RpcReceipt extends MayBeOdd {
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
