import type { ChainDefinition } from '../definitions/definition.ts'
import type { TokenTable } from '../tokens.ts'
import type { BlockFrames } from '../traces/block-frames.ts'
import type { CallFrames } from '../traces/call-frames.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'

/** What the operator and the chain's definition say about a chain. */
export interface EvmChain {
  tokens: TokenTable
  /** The native coin, as alerts name it. */
  nativeSymbol: string
  definition: ChainDefinition
}

/** A block with all that was read of it, checked. */
export interface ReadBlock {
  block: RpcBlock
  receipts: readonly RpcReceipt[]
  /** `null`: no call traces were read. */
  frames: BlockFrames | null
}

/** A transaction with all that was read of it. */
export interface ReadTransaction {
  tx: RpcTransaction
  receipt: RpcReceipt
  frames: CallFrames | null
  succeeded: boolean
}

/** The transaction at an index of a block. */
export function transactionAt(read: ReadBlock, index: number): ReadTransaction | null {
  const tx = read.block.transactions[index]
  const receipt = read.receipts[index]
  if (tx === undefined || receipt === undefined) return null
  const frames = read.frames?.[index] ?? null
  return { tx, receipt, frames, succeeded: succeeded(receipt, frames) }
}

/** Receipts from before Byzantium do not say it, but traces do. */
function succeeded({ status }: RpcReceipt, frames: CallFrames | null): boolean {
  if (status !== undefined && status !== null) return status === '0x1'
  return frames !== null && !frames.failed
}
