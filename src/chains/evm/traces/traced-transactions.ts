import type { ChainDefinition } from '../definitions/definition.ts'
import type { RpcBlock } from '../types.ts'

const zero = `0x${'0'.repeat(40)}`

/**
 * How many of a block's transactions a node traces: all of them, but for the chain's own one at the end, where the
 * chain has that and this node leaves it out (Bor traces it only on demand).
 *
 * @param served how many traces there are.
 */
export function tracedTransactions(block: RpcBlock, definition: ChainDefinition, served: number): number {
  const all = block.transactions.length
  const last = block.transactions[all - 1]
  const isOwn = definition.stateSync && last?.from === zero && (last.to ?? zero) === zero
  return isOwn && served === all - 1 ? served : all
}
