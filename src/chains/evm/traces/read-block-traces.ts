import type { ChainDefinition } from '../definitions/definition.ts'
import { asWord } from '../hex.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import type { BlockFrames } from './block-frames.ts'
import { readCallTrace } from './read-call-trace.ts'
import { tracedTransactions } from './traced-transactions.ts'

/**
 * The answer of debug_traceBlockByHash with the callTracer: one item per transaction, in their order.
 *
 * @throws ChainscreenError `node-bad-answer`: an item with an error, without a result, of another transaction, or
 * one too many or too few.
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
  return block.transactions.map((tx, index) => {
    const receipt = receipts[index]
    if (index >= traced || receipt === undefined) return null
    const at = () => `[${index}]`
    const item: unknown = answer[index]
    if (typeof item !== 'object' || item === null) throw badAnswer(method, at(), item)
    const { txHash, result, error } = item as { txHash?: unknown; result?: unknown; error?: unknown }
    // geth before 1.11 has no txHash: there the first frame alone says whose it is.
    if (txHash !== undefined && asWord(txHash) !== tx.hash)
      throw badAnswer(method, `${at()}.txHash`, txHash, tx.hash)
    if (error !== undefined && error !== null) throw badAnswer(method, `${at()}.error`, error, 'a trace')
    return readCallTrace(result, tx, receipt, () => `${at()}.result`, method)
  })
}
