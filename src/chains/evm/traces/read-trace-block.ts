import type { ChainDefinition } from '../definitions/definition.ts'
import { asWord } from '../hex.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import type { BlockFrames } from './block-frames.ts'
import type { CallFrames } from './call-frames.ts'
import { type FlatItem, flatItem } from './flat-item.ts'
import { FlatTrace } from './flat-trace.ts'
import { tracedTransactions } from './traced-transactions.ts'

/**
 * The answer of trace_block: the frames of all transactions in one list, in the order in which they began. It was
 * asked by height: every item must be of this very block.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function readTraceBlock(
  answer: unknown,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  method: string,
): BlockFrames {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  const found: CallFrames[] = []
  let open: FlatTrace | null = null
  for (let i = 0; i < answer.length; i++) {
    const at = () => `[${i}]`
    const item: FlatItem = flatItem(answer[i], at, method)
    if (asWord(item.blockHash) !== block.hash)
      throw badAnswer(method, `${at()}.blockHash`, item.blockHash, block.hash)
    // What miners were paid before the merge belongs to no transaction.
    if (item.type === 'reward') continue
    if (item.traceAddress.length === 0) {
      const tx = block.transactions[found.length]
      const receipt = receipts[found.length]
      if (tx === undefined || receipt === undefined)
        throw badAnswer(method, at(), item, 'no more traces than the block has transactions')
      open = new FlatTrace(item, tx, receipt, at, method)
      found.push(open.frames)
    } else if (open === null) throw badAnswer(method, `${at()}.traceAddress`, item.traceAddress)
    else open.add(item, at, method)
    const hash = block.transactions[found.length - 1]?.hash
    if (asWord(item.transactionHash) !== hash)
      throw badAnswer(method, `${at()}.transactionHash`, item.transactionHash, hash)
  }
  const traced = tracedTransactions(block, definition, found.length)
  if (found.length !== traced)
    throw badAnswer(method, 'the number of traces', found.length, `${traced}, one per transaction`)
  return block.transactions.map((_, index) => found[index] ?? null)
}
