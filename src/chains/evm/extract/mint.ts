import { evmKey } from '../../../address/key.ts'
import type { Transfer } from '../../../screening/types.ts'
import { opDeposit, typeOf } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'
import type { IsOwn } from './is-own.ts'

/**
 * What a deposit of the OP stack credits to its sender: also when the transaction then fails. Nobody on this chain
 * sent it.
 *
 * @see https://specs.optimism.io/protocol/deposits.html#execution
 */
export function mintTransfer(tx: RpcTransaction, isOwn: IsOwn, symbol: string): Transfer | null {
  if (typeOf(tx) !== opDeposit || tx.mint === undefined || tx.mint === null || !isOwn(tx.from)) return null
  const amount = BigInt(tx.mint)
  if (amount === 0n) return null
  return {
    id: 'mint',
    direction: 'deposit',
    asset: 'native',
    symbol,
    amount,
    own: evmKey(tx.from),
    parties: [],
    tags: [],
  }
}
