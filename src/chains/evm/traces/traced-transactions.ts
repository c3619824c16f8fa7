import { endsInOwnTransaction } from '../check-receipts.ts'
import type { ChainDefinition } from '../definitions/definition.ts'
import type { RpcBlock } from '../types.ts'

/**
 * How many of a block's transactions a node traces: all of them, but for the chain's own one at the end, where the
 * chain has that and this node leaves it out (Bor traces it only on demand).
 *
 * @param served how many traces there are.
 */
export function tracedTransactions(block: RpcBlock, definition: ChainDefinition, served: number): number {
  const all = block.transactions.length
  const isOwn = endsInOwnTransaction(block, definition) !== null
  return isOwn && served === all - 1 ? served : all
}
