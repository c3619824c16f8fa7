import { typeOf } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'
import { noRoot, unknownTransactionFields, unknownTypes } from './excuses.ts'
import type { Findings } from './findings.ts'
import { indexRoot } from './index-trie.ts'
import { hexOf, type Keccak } from './keccak.ts'
import type { ProofRules } from './proof.ts'
import { RlpWriter } from './rlp-writer.ts'
import { servedFields } from './served.ts'
import { writeTransaction } from './write-transaction.ts'

/** Proves the transactions of a block against its `transactionsRoot`, and the hash of each, which no root commits to. */
export function proveTransactions(
  findings: Findings,
  root: unknown,
  transactions: readonly RpcTransaction[],
  rules: ProofRules,
  keccak: Keccak,
): void {
  const unknown = unknownTypes(transactions)
  if (unknown !== undefined) {
    findings.leave('transactionsRoot', unknown)
    return
  }
  const hashes: string[] = []
  const write = (index: number, writer: RlpWriter) => {
    const tx = transactions[index]
    if (tx === undefined) return
    writeTransaction(writer, tx)
    hashes[index] = transactionHash(tx, writer, keccak)
  }
  const proved = findings.check({
    field: 'transactionsRoot',
    served: root,
    compute: () => indexRoot(transactions.length, write, keccak),
    excuse: () => rules.transactionsRoot ?? noRoot(root) ?? unknownTransactionFields(transactions),
  })
  if (proved !== true) return
  for (const [index, hash] of hashes.entries()) {
    const served = transactions[index]?.hash
    if (served !== hash) findings.check({ field: `transactions[${index}].hash`, served, compute: () => hash })
  }
}

/** Proves only the hash of a transaction: for one of a block whose root can't be proved. */
export function proveHash(
  findings: Findings,
  index: number,
  tx: RpcTransaction,
  rules: ProofRules,
  keccak: Keccak,
): void {
  const compute = () => {
    const writer = new RlpWriter()
    writeTransaction(writer, tx)
    return transactionHash(tx, writer, keccak)
  }
  const excuse = () => rules.transactionsRoot ?? unknownTransactionFields([tx])
  findings.check({ field: `transactions[${index}].hash`, served: tx.hash, compute, excuse })
}

/** Whether a transaction has an empty signature: nobody signed it. */
export function isUnsigned(tx: RpcTransaction): boolean {
  const { r, s } = servedFields(tx)
  return isZero(r) && isZero(s)
}

/** @param writer holds the transaction. */
function transactionHash(tx: RpcTransaction, writer: RlpWriter, keccak: Keccak): string {
  const hash = hexOf(keccak(writer.written))
  if (hash === tx.hash || !isUnsigned(tx)) return hash
  // anvil gives a transaction that it impersonates a hash that covers its sender too, since no signature does: over
  // the form in which transactions are gossiped, one of a type wrapped in a string.
  const gossiped = new RlpWriter()
  gossiped.raw(Buffer.from(tx.from.slice(2), 'hex'))
  if (typeOf(tx) === 0) gossiped.raw(writer.written)
  else gossiped.string(writer.written)
  const withSender = hexOf(keccak(gossiped.written))
  return withSender === tx.hash ? withSender : hash
}

function isZero(value: unknown): boolean {
  return typeof value === 'string' && /^0x0*$/.test(value)
}
