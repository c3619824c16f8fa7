import { ChainscreenError } from '../../errors.ts'
import { asAddress, asWord } from './hex.ts'
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
  if (receipt.status !== '0x1' && receipt.status !== '0x0') checkRoot(receipt, at, method)
  if (receipt.contractAddress !== null && receipt.contractAddress !== undefined)
    receipt.contractAddress =
      asAddress(receipt.contractAddress) ?? fail(method, `${at()}.contractAddress`, receipt.contractAddress)
  else if (receipt.status === '0x1' && !tx?.to && tx?.value !== '0x0')
    // A created contract got value, and the receipt alone knows its address.
    fail(method, `${at()}.contractAddress`, receipt.contractAddress)
  if (!Array.isArray(receipt.logs)) throw badAnswer(method, `${at()}.logs`, receipt.logs)
  for (let j = 0; j < receipt.logs.length; j++) checkLog(receipt.logs[j], () => `${at()}.logs[${j}]`, method)
}

/** Before Byzantium a receipt has a state root where the status stands now: anything else is no receipt. */
function checkRoot(receipt: { status?: unknown; root?: unknown }, at: () => string, method: string): void {
  const absent = receipt.status === undefined || receipt.status === null
  if (!absent || asWord(receipt.root) === undefined) fail(method, `${at()}.status`, receipt.status)
}

/** Every log is looked through for own addresses, whatever event it is. Its data may be any bytes. */
function checkLog(answer: unknown, at: () => string, method: string): void {
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, at(), answer)
  const log = answer as { address: unknown; topics: unknown; data: unknown }
  const { topics, data } = log
  if (!Array.isArray(topics) || topics.length > 4) throw badAnswer(method, `${at()}.topics`, topics)
  for (let k = 0; k < topics.length; k++)
    topics[k] = asWord(topics[k]) ?? fail(method, `${at()}.topics[${k}]`, topics[k])
  log.address = asAddress(log.address) ?? fail(method, `${at()}.address`, log.address)
  if (typeof data !== 'string' || !data.startsWith('0x')) fail(method, `${at()}.data`, data)
}

function fail(method: string, field: string, value: unknown, expected?: string): never {
  throw badAnswer(method, field, value, expected)
}
