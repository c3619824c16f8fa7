import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Unscreened } from '../../source.ts'
import {
  opDeposit,
  type RpcBlock,
  type RpcHeader,
  type RpcReceipt,
  type RpcTransaction,
  type RpcWithdrawal,
  typeOf,
} from '../types.ts'
import { isKnownType } from './encode-transaction.ts'
import { Findings, type Mismatch, type Proof, type ProofRules } from './findings.ts'
import { checkHash, proveHeader } from './header.ts'
import { hexOf, type Keccak, loadedKeccak, loadKeccak } from './keccak.ts'
import { proveBloom, proveReceipts } from './receipts.ts'
import { address, quantity, RlpWriter, servedFields } from './rlp.ts'
import { proveSigners } from './signers.ts'
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
    const field = `receipts[${index}].contractAddress`
    const { nonce, isProved } = creationNonce(tx, receipt)
    if (!isProved) {
      findings.leave(field, 'before Canyon, the nonce of a deposit is in no root')
      continue
    }
    findings.check({ field, served, compute: () => createdAddress(tx.from, nonce, keccak) })
  }
}

/**
 * The nonce that a contract is created under. Only a deposit of the OP stack has it in its receipt, which commits to it since
 * Canyon: with one in any other receipt, a node could choose among the addresses that a sender ever creates.
 *
 * @see https://specs.optimism.io/protocol/deposits.html#deposit-receipt
 */
function creationNonce(tx: RpcTransaction, receipt: RpcReceipt): { nonce: unknown; isProved: boolean } {
  const { nonce } = servedFields(tx)
  if (typeOf(tx) !== opDeposit) return { nonce, isProved: true }
  const { depositNonce, depositReceiptVersion } = servedFields(receipt)
  const isCommitted = depositReceiptVersion !== undefined && depositReceiptVersion !== null
  return { nonce: depositNonce ?? nonce, isProved: isCommitted }
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

/** `strict`: a mismatch refuses the block. `warn`: it is recorded. `off`: nothing is proved. */
export type VerifyMode = 'strict' | 'warn' | 'off'

/** Proves what one node serves. */
export interface Verifier {
  /**
   * Proves a header alone, such as that of a head: its hash has to be that of its fields. A hint at best: what can't be proved
   * of it, and in mode `warn` what proves false, is left to the block's own proof.
   *
   * @throws ChainscreenError `node-bad-answer` in mode `strict`, where it can't be true.
   */
  proveHeader(header: RpcHeader): Promise<void>
  /**
   * Proves a block, once, when it was read.
   *
   * @param receipts one for each transaction. @param served those that a root commits to, where they are others.
   * @param lacking why not all of these could be received, where that is no fault of the node: the root can't be computed.
   * @returns what of the block can't be proved; in mode `warn` also what proved false.
   * @throws ChainscreenError `node-bad-answer` in mode `strict`, where something in it can't be true.
   */
  prove(
    block: RpcBlock,
    receipts: readonly RpcReceipt[],
    served?: readonly RpcReceipt[],
    lacking?: string | null,
  ): Promise<readonly Unscreened[]>
}

export function createVerifier(mode: VerifyMode, rules: ProofRules): Verifier {
  return {
    async proveHeader(header) {
      if (mode === 'strict') judge(proveHeader(header, rules, await loadKeccak()), header, mode)
    },
    async prove(block, receipts, served = receipts, lacking = null) {
      if (mode === 'off') return []
      const keccak = await loadKeccak()
      const allowed = lacking === null ? rules : { ...rules, receiptsRoot: lacking, logsBloom: lacking }
      return judge(proveBlock(block, receipts, allowed, keccak, served), block, mode)
    },
  }
}

/**
 * Proves who sent transactions of a block: a signature costs too much to prove it of all, and only those that touch own
 * addresses matter. Keccak has to be loaded, as it is once a block was proved.
 *
 * @param hashes of the transactions.
 * @returns what of them can't be proved; in mode `warn` also what proved false.
 * @throws ChainscreenError `node-bad-answer` in mode `strict`, where the node names another sender than the signature.
 */
export function proveSenders(
  block: RpcBlock,
  hashes: readonly string[],
  mode: VerifyMode,
  rules: ProofRules,
): readonly Unscreened[] {
  if (mode === 'off') return []
  return hashes.flatMap((hash) => {
    const index = block.transactions.findIndex((tx) => tx.hash === hash)
    // Beacon chain withdrawals are extracted under the block's own hash: nobody sent them.
    if (index < 0) return []
    const proof = proveSigners(block.transactions, [index], rules, loadedKeccak())
    // Anybody may send one that can't be proved: it is a gap of its own, not of everybody's in the block.
    return judge(proof, block, mode).map((row) => ({ ...row, txHash: hash }))
  })
}

function judge({ mismatches, unproved }: Proof, block: RpcHeader, mode: VerifyMode): Unscreened[] {
  const [first] = mismatches
  if (first !== undefined && mode === 'strict') throw refusal(block, mismatches, first)
  return [...unproved, ...mismatches.map(sentence)].map((reason) => ({ what: 'unverified', reason }))
}

function refusal(block: RpcHeader, mismatches: readonly Mismatch[], first: Mismatch): ChainscreenError {
  return new ChainscreenError(
    'node-bad-answer',
    `Block ${Number(block.number)} (${block.hash}) fails verification: ${sentence(first)} Use ` +
      'another node, or set verify: warn for a chain whose hashes differ from those of Ethereum.',
    { details: mismatches.map(sentence) },
  )
}

function sentence({ field, served, computed, hint }: Mismatch): string {
  const mismatch = `${field}: expected ${served} as served, got ${computed} from everything else that was served.`
  return hint === undefined ? mismatch : `${mismatch} ${hint}`
}
