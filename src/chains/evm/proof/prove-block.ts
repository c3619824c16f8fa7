import { opDeposit, typeOf } from '../transaction-types.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction, RpcWithdrawal } from '../types.ts'
import { isKnownType } from './encode-transaction.ts'
import { Findings, type Proof, type ProofRules } from './findings.ts'
import { checkHash } from './header.ts'
import { hexOf, type Keccak } from './keccak.ts'
import { proveBloom, proveReceipts } from './receipts.ts'
import { address, quantity, RlpWriter, servedFields } from './rlp.ts'
import { proveTransactions } from './transactions.ts'
import { emptyRoot, indexRoot } from './trie.ts'

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
  if (stateSync) findings.leave('transactionsRoot', 'the state-sync transaction of Bor is in no root')
  const rooted = stateSync ? -1 : undefined
  const transactions = block.transactions.slice(0, rooted)
  const own = stateSync ? block.transactions.at(-1)?.hash : undefined
  const rootedReceipts = served.filter(({ transactionHash }) => transactionHash !== own)
  proveTransactions(findings, header.transactionsRoot, transactions, rules, keccak)
  if (!proveReceipts(findings, header.receiptsRoot, rootedReceipts, transactions, rules, keccak)) {
    const unsure = genuine === true ? undefined : 'its header is not proved'
    const deviation = rules.logsBloom ?? unsure
    proveBloom(findings, header.logsBloom, rootedReceipts, deviation, keccak)
  }
  const [first] = transactions
  const opStack = first !== undefined && typeOf(first) === opDeposit
  proveWithdrawals(findings, header.withdrawalsRoot, block.withdrawals ?? [], opStack, rules, keccak)
  proveContractAddresses(findings, transactions, receipts, keccak)
  return findings
}

/**
 * Proves the beacon chain withdrawals of a block against its `withdrawalsRoot`. A block without such a root has none.
 *
 * @param opStack since Isthmus, OP stack chains keep the root of something else there; they have no withdrawals.
 * @see https://specs.optimism.io/protocol/isthmus/exec-engine.html
 */
function proveWithdrawals(
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
    knownDeviation: () => rules.withdrawalsRoot,
  })
}

/**
 * Writes a beacon chain withdrawal the way its block commits to it (EIP-4895).
 *
 * @throws EncodingFault where a field is missing or malformed.
 */
function writeWithdrawal(writer: RlpWriter, withdrawal: RpcWithdrawal): void {
  const served = servedFields(withdrawal)
  const mark = writer.size
  quantity(writer, served.amount, 'amount')
  address(writer, served.address, 'address')
  quantity(writer, served.validatorIndex, 'validatorIndex')
  quantity(writer, served.index, 'index')
  writer.list(mark)
}

/**
 * Proves the address of each contract that a transaction created: it follows from the sender and its nonce, and no
 * root commits to it.
 */
function proveContractAddresses(
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

/**
 * Whether a block ends in the state-sync transaction that Bor (Polygon PoS, BTTC) serves at the end of a block and
 * keeps out of its roots. Its hash tells: it is that of a database key.
 *
 * @see https://github.com/maticnetwork/bor/blob/master/core/types/bor_receipt.go
 */
function endsInStateSync(block: RpcBlock, keccak: Keccak): boolean {
  const last = block.transactions.at(-1)
  if (last === undefined || !/^0x0{40}$/.test(last.from)) return false
  const key = Buffer.from(`matic-bor-receipt-${'\0'.repeat(8)}`)
  key.writeBigUInt64BE(BigInt(block.number), key.length - 8)
  const hash = keccak(Buffer.concat([key, Buffer.from(block.hash.slice(2), 'hex')]))
  return last.hash === hexOf(hash)
}
