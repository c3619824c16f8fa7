import { typeOf } from '../transaction-types.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { Findings } from './findings.ts'
import { hexOf, type Keccak } from './keccak.ts'
import { RlpWriter } from './rlp-writer.ts'
import { servedFields } from './served.ts'
import { address, quantity } from './write-field.ts'
import { isKnownType } from './write-transaction.ts'

/**
 * Proves the address of each contract that a transaction created: it follows from the sender and its nonce, and no
 * root commits to it.
 */
export function proveContractAddresses(
  findings: Findings,
  transactions: readonly RpcTransaction[],
  receipts: readonly RpcReceipt[],
  keccak: Keccak,
): void {
  for (const [index, tx] of transactions.entries()) {
    const receipt = receipts[index]
    const served = receipt?.contractAddress
    if (tx.to || receipt === undefined || served === null || served === undefined) continue
    if (!isKnownType(typeOf(tx))) continue
    // A deposit of the OP stack is created under a nonce that stands in its receipt.
    const nonce = servedFields(receipt).depositNonce ?? servedFields(tx).nonce
    const field = `receipts[${index}].contractAddress`
    findings.check({ field, served, compute: () => createdAddress(tx.from, nonce, keccak) })
  }
}

function createdAddress(from: string, nonce: unknown, keccak: Keccak): string {
  const writer = new RlpWriter()
  quantity(writer, nonce, 'nonce')
  address(writer, from, 'from')
  writer.list(0)
  return hexOf(keccak(writer.written).subarray(12))
}
