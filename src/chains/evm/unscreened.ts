import type { Unscreened } from '../source.ts'
import type { RpcReceipt } from './types.ts'

const traces: Unscreened = {
  what: 'traces',
  reason: 'value moved inside contract calls is not read by this version',
}

const status: Unscreened = {
  what: 'status',
  reason: 'receipts from before Byzantium do not say whether a transaction succeeded',
}

/** What of a block can't be screened from its transactions and logs alone. */
export function unscreenedOf(receipts: readonly RpcReceipt[]): readonly Unscreened[] {
  return receipts.some((receipt) => receipt.status !== '0x1' && receipt.status !== '0x0')
    ? [traces, status]
    : [traces]
}
