import type { OwnLookup } from '../../../screening/own.ts'
import type { ScreenableTx } from '../../../screening/types.ts'
import type { TokenTable } from '../tokens.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import { touches } from './touches.ts'
import { extractTransaction } from './transaction.ts'
import { extractWithdrawals } from './withdrawals.ts'

/**
 * Everything in a block that moved value between the exchange and others, as far as transactions, logs and beacon
 * withdrawals tell. Failed transactions moved nothing. Transaction types do not matter. Pure; never throws for a
 * block and receipts that were checked.
 */
export function extractBlock(
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  own: OwnLookup,
  tokens: TokenTable,
  nativeSymbol: string,
): ScreenableTx[] {
  const found: ScreenableTx[] = []
  for (let i = 0; i < receipts.length; i++) {
    const tx = block.transactions[i]
    const receipt = receipts[i]
    if (tx === undefined || receipt === undefined || receipt.status !== '0x1') continue
    if (!touches(tx, receipt, own, tokens)) continue
    const moved = extractTransaction(tx, receipt, own, tokens, nativeSymbol)
    if (moved) found.push(moved)
  }
  const withdrawals = extractWithdrawals(block, own, nativeSymbol)
  if (withdrawals) found.push(withdrawals)
  return found
}
