import type { RpcWithdrawal } from '../types.ts'
import type { Findings } from './findings.ts'
import { emptyRoot, indexRoot } from './index-trie.ts'
import type { Keccak } from './keccak.ts'
import type { ProofRules } from './proof.ts'
import { writeWithdrawal } from './write-withdrawal.ts'

/**
 * Proves the beacon chain withdrawals of a block against its `withdrawalsRoot`. A block without such a root has none.
 *
 * @param opStack since Isthmus, OP stack chains keep the root of something else there; they have no withdrawals.
 * @see https://specs.optimism.io/protocol/isthmus/exec-engine.html
 */
export function proveWithdrawals(
  findings: Findings,
  root: unknown,
  withdrawals: readonly RpcWithdrawal[],
  opStack: boolean,
  rules: ProofRules,
  keccak: Keccak,
): void {
  const none = withdrawals.length === 0
  if (none && (opStack || rules.withdrawalsRoot !== undefined)) return
  findings.check({
    field: 'withdrawalsRoot',
    served: root ?? emptyRoot,
    compute: () =>
      indexRoot(
        withdrawals.length,
        (index, writer) => {
          const withdrawal = withdrawals[index]
          if (withdrawal !== undefined) writeWithdrawal(writer, withdrawal)
        },
        keccak,
      ),
    excuse: () => rules.withdrawalsRoot,
  })
}
