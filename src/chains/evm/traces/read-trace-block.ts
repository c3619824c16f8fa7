import type { ChainDefinition } from '../definitions/definition.ts'
import { asWord } from '../hex.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import { RpcRefusal } from '../rpc/refusal.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'
import { type BlockFrames, refuseAllUnread, type UnreadTrace } from './block-frames.ts'
import type { CallFrames } from './call-frames.ts'
import { FlatTrace } from './flat-trace.ts'
import { tracedTransactions } from './traced-transactions.ts'

/** What is looked at to tell whose an item is. */
interface ServedItem {
  type?: unknown
  blockHash?: unknown
  transactionHash?: unknown
}

/**
 * The answer of trace_block: the frames of all transactions in one list, in the order in which they began. It was
 * asked by height: every item must be of this very block. What can't be read of a transaction makes its trace an unread one.
 *
 * @throws ChainscreenError `node-bad-answer` where the answer is not that of this block: no list, an item of another block
 * or of a transaction that is not the next one, fewer transactions than there are, or none that can be read.
 */
export function readTraceBlock(
  answer: unknown,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  method: string,
): BlockFrames {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  const found: FlatTrace[] = []
  for (let i = 0; i < answer.length; i++) {
    const { type, blockHash, transactionHash } = (answer[i] ?? {}) as ServedItem
    if (asWord(blockHash) !== block.hash) throw badAnswer(method, `[${i}].blockHash`, blockHash, block.hash)
    // What miners were paid before the merge belongs to no transaction.
    if (type === 'reward') continue
    const hash = asWord(transactionHash)
    if (hash === undefined || hash !== block.transactions[found.length - 1]?.hash) {
      const tx = block.transactions[found.length]
      const receipt = receipts[found.length]
      if (tx === undefined || receipt === undefined || tx.hash !== hash)
        throw badAnswer(
          method,
          `[${i}].transactionHash`,
          transactionHash,
          tx?.hash ?? 'no more traces than transactions',
        )
      found.push(new FlatTrace(tx, receipt))
    }
    found.at(-1)?.add(answer[i])
  }
  const traced = tracedTransactions(block, definition, found.length)
  if (found.length !== traced)
    throw badAnswer(method, 'the number of traces', found.length, `${traced}, one per transaction`)
  return refuseAllUnread(
    block.transactions.map((_, index) => found[index]?.result() ?? null),
    method,
  )
}

/**
 * The answer of trace_transaction: the same items, of one transaction. Each has to be of its block.
 *
 * @throws ChainscreenError `node-missing-data` for `null`: the node does not know the transaction; `node-bad-answer` where the
 * answer is no list, empty, or of another block or transaction.
 */
export function readTraceTransaction(
  answer: unknown,
  tx: RpcTransaction,
  receipt: RpcReceipt,
): CallFrames | UnreadTrace {
  const method = 'trace_transaction'
  if (answer === null) throw new RpcRefusal('not-yet', `The node answered ${method} with null.`, null)
  if (!Array.isArray(answer) || answer.length === 0) throw badAnswer(method, 'the list of traces', answer)
  const trace = new FlatTrace(tx, receipt)
  for (const [i, item] of answer.entries()) {
    const { blockHash, transactionHash } = (item ?? {}) as ServedItem
    if (asWord(blockHash) !== receipt.blockHash)
      throw badAnswer(method, `[${i}].blockHash`, blockHash, receipt.blockHash)
    if (asWord(transactionHash) !== tx.hash)
      throw badAnswer(method, `[${i}].transactionHash`, transactionHash, tx.hash)
    trace.add(item)
  }
  return trace.result()
}
