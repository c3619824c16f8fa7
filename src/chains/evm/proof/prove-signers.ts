import { isSignedType } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'
import { Findings, type Proof, type ProofRules } from './findings.ts'
import type { Keccak } from './keccak.ts'
import { signerOf } from './signer.ts'
import { isUnsigned, proveHash, unknownTypes } from './transactions.ts'

/**
 * Proves who sent transactions: no root commits to `from`, but the signature does. Also proves their own hashes,
 * which counts where the block's `transactionsRoot` can't be proved: what a sender signed is his, wherever it stands.
 *
 * @param touching positions in the block of the transactions that touch an own address.
 */
export function proveSigners(
  transactions: readonly RpcTransaction[],
  touching: readonly number[],
  rules: ProofRules,
  keccak: Keccak,
): Proof {
  const findings = new Findings()
  for (const index of touching) {
    const tx = transactions[index]
    if (tx === undefined) continue
    const field = `transactions[${index}].from`
    const unknown = unknownTypes([tx])
    if (unknown !== undefined) {
      findings.leave(field, unknown)
      continue
    }
    proveHash(findings, index, tx, rules, keccak)
    // A type that nobody signs names its sender in what is hashed.
    if (!isSignedType(tx)) continue
    if (isUnsigned(tx))
      findings.leave(field, 'no signature to prove it by (such are the transactions that anvil impersonates)')
    else findings.check({ field, served: tx.from, compute: () => signerOf(tx, keccak) })
  }
  return findings
}
