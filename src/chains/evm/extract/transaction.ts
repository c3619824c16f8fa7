import { evmKey } from '../../../address/key.ts'
import type { OwnLookup } from '../../../screening/own.ts'
import type { ScreenableTx, Transfer } from '../../../screening/types.ts'
import type { TokenTable } from '../tokens.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import { decodeLog } from './decode-log.ts'
import { type IsOwn, ownCheck } from './is-own.ts'
import { nativeTransfer } from './native.ts'
import { tokenTransfer } from './token.ts'
import { type Trails, trails } from './trail.ts'

/** What the exchange and others moved in one successful transaction, or `null` where nothing is between them. */
export function extractTransaction(
  tx: RpcTransaction,
  receipt: RpcReceipt,
  own: OwnLookup,
  tokens: TokenTable,
  nativeSymbol: string,
): ScreenableTx | null {
  const isOwn = ownCheck(own)
  const transfers: Transfer[] = []
  const native = nativeTransfer(tx, receipt, isOwn, nativeSymbol)
  if (native) transfers.push(native)
  const movements = receipt.logs.flatMap((log, index) => decodeLog(log, index, tokens))
  const context = { tx, receipt, tokens, isOwn, trails: trails(movements, isOwn) }
  for (const movement of movements) {
    const transfer = tokenTransfer(movement, context)
    if (transfer) transfers.push(transfer)
  }
  if (transfers.length === 0) return null
  return {
    hash: tx.hash,
    transfers,
    parties: [...initiator(tx, transfers, isOwn), ...trailParties(context.trails)],
    ownSigned: isOwn(tx.from),
  }
}

/** `tx.from`, where it is foreign, and more than the counterparty of every transfer. */
function initiator(
  tx: RpcTransaction,
  transfers: readonly Transfer[],
  isOwn: IsOwn,
): ScreenableTx['parties'] {
  if (isOwn(tx.from)) return []
  const key = evmKey(tx.from)
  const isCounterparty = (transfer: Transfer) =>
    transfer.parties.some(
      ({ key: party, role }) => party === key && (role === 'source' || role === 'destination'),
    )
  return transfers.every(isCounterparty) ? [] : [{ key, role: 'initiator' }]
}

function trailParties({ whole }: Trails): ScreenableTx['parties'] {
  if (whole === null) return []
  return [
    ...Array.from(whole.upstream, (address) => ({
      key: evmKey(address),
      role: 'upstream' as const,
      direction: 'deposit' as const,
    })),
    ...Array.from(whole.onward, (address) => ({
      key: evmKey(address),
      role: 'onward' as const,
      direction: 'withdrawal' as const,
    })),
  ]
}
