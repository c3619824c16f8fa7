import type { ChainDefinition } from '../definitions/definition.ts'
import { asWord } from '../hex.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'
import { type BlockFrames, refuseAllUnread, type UnreadTrace } from './block-frames.ts'
import type { CallFrames } from './call-frames.ts'
import { readCallTrace } from './read-call-trace.ts'
import { tracedTransactions } from './traced-transactions.ts'

/**
 * The answer of debug_traceBlockByHash with the callTracer: one item per transaction, in their order. An item that can't be
 * read, or has an error (it took the node too long), is unread: of one transaction anybody can make a trace what he likes.
 *
 * @throws ChainscreenError `node-bad-answer` where the answer is not that of this block: no list, an item of another
 * transaction, one too many or too few, or none that can be read.
 */
export function readBlockTraces(
  answer: unknown,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  method: string,
): BlockFrames {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  const traced = tracedTransactions(block, definition, answer.length)
  if (answer.length !== traced)
    throw badAnswer(method, 'the number of traces', answer.length, `${traced}, one per transaction`)
  const traces = block.transactions.map((tx, index) => {
    const receipt = receipts[index]
    if (index >= traced || receipt === undefined) return null
    const item: unknown = answer[index]
    const txHash =
      typeof item === 'object' && item !== null ? (item as { txHash?: unknown }).txHash : undefined
    // geth before 1.11 has no txHash: there the first frame alone says whose it is.
    if (txHash !== undefined && asWord(txHash) !== tx.hash)
      throw badAnswer(method, `[${index}].txHash`, txHash, tx.hash)
    return readItem(item, tx, receipt)
  })
  return refuseAllUnread(traces, method)
}

function readItem(item: unknown, tx: RpcTransaction, receipt: RpcReceipt): CallFrames | UnreadTrace {
  if (typeof item !== 'object' || item === null) return { unread: 'is missing' }
  const { result, error } = item as { result?: unknown; error?: unknown }
  if (error !== undefined && error !== null) return { unread: 'is an error of the node' }
  return readCallTrace(result, tx, receipt)
}
