import { ChainscreenError } from '../../errors.ts'
import { asWord } from './hex.ts'
import { readContent } from './receipt-content.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import type { RpcBlock, RpcReceipt } from './types.ts'

/**
 * Checks that an answer holds the receipts of this block: as many as it has transactions, in their order, each of
 * this block and of that transaction. Puts hex into lower case in place.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkReceipts(answer: unknown, block: RpcBlock, method: string): RpcReceipt[] {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of receipts', answer)
  if (answer.length !== block.transactions.length)
    throw new ChainscreenError(
      'node-bad-answer',
      `The node answered ${method} for block ${block.hash} with ${answer.length} receipts, but the block has ` +
        `${block.transactions.length} transactions: the node is not consistent, ask it again or use another one.`,
    )
  for (let i = 0; i < answer.length; i++) checkReceipt(answer[i], i, block, method)
  return answer as RpcReceipt[]
}

function checkReceipt(answer: unknown, index: number, block: RpcBlock, method: string): void {
  const at = () => `[${index}]`
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, at(), answer)
  const receipt = answer as { [K in keyof RpcReceipt]: unknown } & { root?: unknown }
  if (receipt.blockHash !== block.hash && asWord(receipt.blockHash) !== block.hash)
    fail(method, `${at()}.blockHash`, receipt.blockHash, block.hash)
  const tx = block.transactions[index]
  const hash = tx?.hash
  if (receipt.transactionHash !== hash && asWord(receipt.transactionHash) !== hash)
    fail(method, `${at()}.transactionHash`, receipt.transactionHash, hash)
  readContent(receipt, tx)
}

function fail(method: string, field: string, value: unknown, expected?: string): never {
  throw badAnswer(method, field, value, expected)
}
