import { evmKey } from '../../../address/key.ts'
import type { OwnLookup, ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { RpcBlock } from '../types.ts'
import type { EvmChain } from './context.ts'
import { ownCheck } from './is-own.ts'

const weiPerGwei = 1_000_000_000n

/**
 * Beacon chain withdrawals to own addresses (EIP-4895). They belong to no transaction, leave no log and have no
 * counterparty: the block's own hash stands for the transaction's. `null` where there are none, and on chains whose
 * withdrawals move nothing yet.
 */
export function extractWithdrawals(
  block: RpcBlock,
  own: OwnLookup,
  { definition, nativeSymbol }: EvmChain,
): ScreenableTx | null {
  if (definition.withdrawals === 'claimed') return null
  const isOwn = ownCheck(own)
  const transfers: Transfer[] = []
  for (const [index, { address, amount }] of (block.withdrawals ?? []).entries()) {
    if (!isOwn(address)) continue
    const wei = BigInt(amount) * weiPerGwei
    transfers.push({
      id: `withdrawal:${index}`,
      direction: 'deposit',
      asset: 'native',
      symbol: nativeSymbol,
      amount: wei,
      own: evmKey(address),
      parties: [],
      tags: wei === 0n ? ['zero-value'] : [],
    })
  }
  return transfers.length === 0 ? null : { hash: block.hash, transfers, parties: [], ownSigned: false }
}
