import type { RpcReceipt, RpcTransaction } from '../types.ts'
import { bloomOf, coversBloom, readBloom } from './bloom.ts'
import { noRoot, unknownTypes } from './excuses.ts'
import type { Findings } from './findings.ts'
import { indexRoot } from './index-trie.ts'
import type { Keccak } from './keccak.ts'
import type { ProofRules } from './proof.ts'
import { servedFields } from './served.ts'
import { writeReceipt } from './write-receipt.ts'

/**
 * Proves the receipts of a block, with all their logs, against its `receiptsRoot`.
 *
 * @param transactions theirs: of a type that is not known, a receipt may be as well.
 * @returns whether that can be told. The blooms then are settled too, the block's included.
 */
export function proveReceipts(
  findings: Findings,
  root: unknown,
  receipts: readonly RpcReceipt[],
  transactions: readonly RpcTransaction[],
  rules: ProofRules,
  keccak: Keccak,
): boolean {
  const write = (index: number, writer: Parameters<typeof writeReceipt>[0]) => {
    const receipt = receipts[index]
    if (receipt !== undefined) writeReceipt(writer, receipt)
  }
  const outcome = findings.check({
    field: 'receiptsRoot',
    served: root,
    compute: () => indexRoot(receipts.length, write, keccak),
    excuse: () => rules.receiptsRoot ?? noRoot(root) ?? unknownTypes(transactions),
  })
  if (typeof outcome === 'boolean') return outcome
  const odd = receipts.findIndex((receipt) => !fitsBloom(receipt, keccak))
  if (odd >= 0)
    outcome.hint = `The logs of receipt ${odd} do not give its bloom: some were dropped, added or changed.`
  return true
}

/**
 * Where the receipts can't be proved, the block's bloom still tells of most logs that were dropped: each of its bits
 * has to come from some log. Logs beyond it are no contradiction: there are chains that leave those of their own
 * system transactions out of it.
 *
 * @param excuse why the bloom itself can't be relied on.
 */
export function proveBloom(
  findings: Findings,
  bloom: unknown,
  receipts: readonly RpcReceipt[],
  excuse: string | undefined,
  keccak: Keccak,
): void {
  const committed = readBloom(bloom)
  const logs = receipts.flatMap((receipt) => receipt.logs)
  if (committed !== null && coversBloom(bloomOf(logs, keccak), committed)) return
  findings.check({
    field: 'logsBloom',
    served: bloom,
    compute: () => 'less: the logs that it stands for are not all there',
    excuse: () => excuse,
  })
}

function fitsBloom(receipt: RpcReceipt, keccak: Keccak): boolean {
  const served = readBloom(servedFields(receipt).logsBloom)
  return served !== null && Buffer.compare(served, bloomOf(receipt.logs, keccak)) === 0
}
