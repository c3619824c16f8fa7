import { type RpcTransaction, typeOf } from '../types.ts'
import { isKnownType, writeTransaction } from './encode-transaction.ts'
import { type Findings, nameList, noRoot, type ProofRules } from './findings.ts'
import { hexOf, type Keccak } from './keccak.ts'
import { RlpWriter, servedFields } from './rlp.ts'
import { indexRoot } from './trie.ts'

/** Fields of transactions that are hashed, by any type that is known, and those that nodes serve beside them. */
const known = new Set(
  (
    'hash type chainId nonce gas gasPrice maxFeePerGas maxPriorityFeePerGas to value input ' +
    'accessList maxFeePerBlobGas blobVersionedHashes authorizationList v r s yParity sourceHash ' +
    'from mint isSystemTx depositReceiptVersion requestId blockHash blockNumber blockTimestamp ' +
    'transactionIndex data creates publicKey raw condition standardV l1BlockNumber l1Timestamp ' +
    'l1TxOrigin queueOrigin index rawTransaction'
  ).split(' '),
)

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
    knownDeviation: () => rules.transactionsRoot ?? noRoot(root) ?? unknownTransactionFields(transactions),
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
  const knownDeviation = () => rules.transactionsRoot ?? unknownTransactionFields([tx])
  findings.check({ field: `transactions[${index}].hash`, served: tx.hash, compute, knownDeviation })
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

/** Why transactions of such types can't be encoded; `undefined` where all can. */
export function unknownTypes(transactions: readonly RpcTransaction[]): string | undefined {
  const unknown = [...new Set(transactions.map(typeOf))].filter((type) => !isKnownType(type))
  if (unknown.length === 0) return undefined
  const names = unknown.sort((a, b) => a - b).map((type) => `0x${type.toString(16)}`)
  return `transactions of a type not known to this version: ${names.join(', ')}`
}

/** Why transactions may be hashed otherwise than is known: they have fields of their own. `undefined` where none has. */
function unknownTransactionFields(transactions: readonly RpcTransaction[]): string | undefined {
  const unknown = new Set(transactions.flatMap((tx) => Object.keys(tx).filter((name) => !known.has(name))))
  if (unknown.size === 0) return undefined
  return `transaction fields not known to this version: ${nameList(unknown)}`
}
