import { chainDefinition } from '../../../src/chains/evm/definitions.ts'
import type { EvmChain } from '../../../src/chains/evm/extract/context.ts'
import { extractBlock } from '../../../src/chains/evm/extract/extract.ts'
import type { BlockFrames } from '../../../src/chains/evm/traces/call-frames.ts'
import {
  type KnownToken,
  type RpcBlock,
  type RpcLog,
  type RpcReceipt,
  type RpcTransaction,
  tokenTable,
} from '../../../src/chains/evm/types.ts'
import type { OwnLookup, ScreenableTx, Transfer } from '../../../src/screening/types.ts'

/** An address, a hash or a word out of a small number: what tests name instead of 40 digits. */
export const address = (n: number): `0x${string}` => `0xa${n.toString(16).padStart(39, '0')}`
export const hash = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, 'b')}`
export const topic = (of: string): string => `0x${of.slice(2).padStart(64, '0')}`
export const words = (...values: readonly (bigint | number | string)[]): string =>
  `0x${values.map((value) => BigInt(value).toString(16).padStart(64, '0')).join('')}`

export const log = (token: string, topics: readonly string[], data = '0x'): RpcLog => ({
  address: token,
  topics: [...topics],
  data,
})

export interface TxSketch extends Partial<RpcTransaction> {
  status?: string
  contractAddress?: string | null
  logs?: readonly RpcLog[]
}

/** A block and its receipts as a node would serve them. */
export function blockOf(
  sketches: readonly TxSketch[],
  withdrawals?: RpcBlock['withdrawals'],
): { block: RpcBlock; receipts: RpcReceipt[] } {
  const blockHash = hash(0xb10c)
  const transactions = sketches.map(({ status, contractAddress, logs, ...tx }, i) => ({
    hash: hash(i),
    type: '0x2',
    from: address(0xf0),
    to: address(0xf1),
    value: '0x0',
    input: '0x01',
    blockHash,
    ...tx,
  }))
  const receipts = sketches.map(({ status = '0x1', contractAddress = null, logs = [] }, i) => ({
    transactionHash: transactions[i]?.hash ?? '',
    blockHash,
    status,
    contractAddress,
    logs,
  }))
  const header = { number: '0x7', hash: blockHash, parentHash: hash(0xb10b), timestamp: '0x64' }
  return { block: { ...header, transactions, ...(withdrawals ? { withdrawals } : {}) }, receipts }
}

/** A chain as tests know it: Ethereum, where nothing else is said. */
export const chainOf = (tokens: readonly KnownToken[], chainId = 1): EvmChain => ({
  tokens: tokenTable(tokens),
  nativeSymbol: 'ETH',
  definition: chainDefinition(chainId),
})

export function extractFrom(
  sketches: readonly TxSketch[],
  own: OwnLookup,
  tokens: readonly KnownToken[] = [],
  withdrawals?: RpcBlock['withdrawals'],
  { chainId = 1, frames = null }: { chainId?: number; frames?: BlockFrames | null } = {},
): readonly ScreenableTx[] {
  const { block, receipts } = blockOf(sketches, withdrawals)
  return extractBlock({ block, receipts, frames, unreadable: new Map() }, own, chainOf(tokens, chainId))
    .transactions
}

/** The transfers of the one transaction that is expected to have some. */
export function transfersOf(found: readonly ScreenableTx[]): readonly Transfer[] {
  if (found.length > 1) throw new Error(`${found.length} transactions instead of one`)
  return found[0]?.transfers ?? []
}

/** `role:last digits` of every party, for short expectations. */
export function rolesOf({ parties }: { parties: ScreenableTx['parties'] }): string[] {
  return parties.map(({ key, role }) => `${role}:${key.replace(/^evm:a0*/, '')}`)
}
