import type { Direction, ScreenableTx, Transfer } from './types.ts'

/**
 * All that a transaction moved in one direction, as one transfer named `tx`: what a bystander of the whole
 * transaction is reported with. The exchange's side is that of the largest transfer, then of the first; a tag
 * stands only where every transfer has it.
 *
 * @param direction where not given, that of the first transfer.
 */
export function wholeTransfer(tx: ScreenableTx, direction?: Direction): Transfer | undefined {
  const wanted = direction ?? tx.transfers[0]?.direction
  const transfers = tx.transfers.filter((transfer) => transfer.direction === wanted)
  const [first, ...rest] = transfers
  if (first === undefined) return undefined
  const largest = rest.reduce(
    (best, transfer) => ((transfer.amount ?? 0n) > (best.amount ?? 0n) ? transfer : best),
    first,
  )
  return {
    ...largest,
    id: 'tx',
    amount: transfers.reduce((sum, transfer) => sum + (transfer.amount ?? 0n), 0n),
    parties: [],
    tags: first.tags.filter((tag) => rest.every((transfer) => transfer.tags.includes(tag))),
  }
}
