import type { Claimant } from '../../source.ts'
import { asNumber } from '../answers.ts'
import { servedFields } from '../proof/rlp.ts'
import type { RpcTransaction } from '../types.ts'

/** What only one transaction of an account can use: its address and nonce, `0x…:7`. `null` where the node names no nonce. */
export function accountNonce(tx: RpcTransaction): string | null {
  const nonce = asNumber(servedFields(tx).nonce)
  return nonce === undefined ? null : `${tx.from}:${nonce}`
}

/** Which of these a block's transactions use. */
export function nonceClaimants(
  transactions: readonly RpcTransaction[],
  claims: ReadonlySet<string>,
): Claimant[] {
  return transactions.flatMap((tx) => {
    const claim = accountNonce(tx)
    return claim !== null && claims.has(claim) ? [{ claim, by: tx.hash }] : []
  })
}
