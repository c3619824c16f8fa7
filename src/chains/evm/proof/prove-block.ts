import { opDeposit, typeOf } from '../transaction-types.ts'
import type { RpcBlock, RpcHeader, RpcReceipt } from '../types.ts'
import { proveContractAddresses } from './contract-address.ts'
import { nameList } from './excuses.ts'
import { Findings } from './findings.ts'
import { headerHash, unknownFields } from './header.ts'
import type { Keccak } from './keccak.ts'
import type { Proof, ProofRules } from './proof.ts'
import { proveBloom, proveReceipts } from './receipts.ts'
import { type Served, servedFields } from './served.ts'
import { endsInStateSync } from './state-sync.ts'
import { proveTransactions } from './transactions.ts'
import { proveWithdrawals } from './withdrawals.ts'

/**
 * Proves a block, as one node served it, against its own hash: its header against the hash; transactions, receipts
 * and withdrawals against the roots in the header. Indices of transactions and logs, and the gas that each used, are
 * in no root: nothing reads them, positions stand in their place. Nor is the sender: see `proveSigners`.
 *
 * Something is proved whenever it comes out right, whatever else was served beside it. Where it doesn't, what the
 * chain is known for (`rules`), or a field or a type that this version doesn't know, makes it `unproved` instead of a
 * mismatch: a fork must not stop the watch.
 *
 * Pure. Never throws for a block and receipts that were checked.
 *
 * @param receipts one for each transaction.
 * @param served those that the node has, where they are not as many as the transactions: the root may hold just these.
 */
export function proveBlock(
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  rules: ProofRules,
  keccak: Keccak,
  served: readonly RpcReceipt[] = receipts,
): Proof {
  const findings = new Findings()
  const header = servedFields(block)
  const genuine = checkHash(findings, block, rules, keccak)

  const stateSync = endsInStateSync(block, keccak)
  if (stateSync) findings.leave('transactionsRoot', 'the state-sync transaction of Bor stands in no root')
  const rooted = stateSync ? -1 : undefined
  const transactions = block.transactions.slice(0, rooted)
  const own = stateSync ? block.transactions.at(-1)?.hash : undefined
  const rootedReceipts = served.filter(({ transactionHash }) => transactionHash !== own)
  proveTransactions(findings, header.transactionsRoot, transactions, rules, keccak)
  if (!proveReceipts(findings, header.receiptsRoot, rootedReceipts, transactions, rules, keccak)) {
    const unsure = genuine === true ? undefined : 'the header it stands in is not proved'
    const excuse = rules.logsBloom ?? unsure
    proveBloom(findings, header.logsBloom, rootedReceipts, excuse, keccak)
  }
  const [first] = transactions
  const opStack = first !== undefined && typeOf(first) === opDeposit
  proveWithdrawals(findings, header.withdrawalsRoot, block.withdrawals ?? [], opStack, rules, keccak)
  proveContractAddresses(findings, transactions, receipts, keccak)
  return findings
}

/** Proves a header, as one node served it, against its own hash. Pure. */
export function proveHeader(header: RpcHeader, rules: ProofRules, keccak: Keccak): Proof {
  const findings = new Findings()
  checkHash(findings, header, rules, keccak)
  return findings
}

function checkHash(
  findings: Findings,
  block: RpcHeader,
  rules: ProofRules,
  keccak: Keccak,
): ReturnType<Findings['check']> {
  const header = servedFields(block)
  return findings.check({
    field: 'hash',
    served: block.hash,
    compute: () => headerHash(header, keccak),
    excuse: () => rules.hash ?? unknownFieldsReason(header),
  })
}

function unknownFieldsReason(header: Served): string | undefined {
  const fields = unknownFields(header)
  return fields.length === 0 ? undefined : `header fields not known to this version: ${nameList(fields)}`
}
