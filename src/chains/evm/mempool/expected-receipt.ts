import { transferTopic } from '../extract/topics.ts'
import { topicAt } from '../extract/words.ts'
import type { RpcLog, RpcReceipt, RpcTransaction } from '../types.ts'

/** Selectors of `transfer(address,uint256)` and `transferFrom(address,address,uint256)`: https://eips.ethereum.org/EIPS/eip-20 */
const transfer = '0xa9059cbb'
const transferFrom = '0x23b872dd'

/** The upper bytes of a word that holds an address: a token refuses others. */
const addressPadding = `0x${'0'.repeat(24)}`

/**
 * What can be said of a transaction before it is run: that it succeeds, and, where it calls an ERC-20 the plain way,
 * the one log that such a call writes. What calls do inside of contracts is not guessed.
 */
export function expectedReceipt(tx: RpcTransaction): RpcReceipt {
  const log = expectedLog(tx)
  return {
    transactionHash: tx.hash,
    blockHash: '',
    status: '0x1',
    contractAddress: null,
    logs: log === null ? [] : [log],
  }
}

function expectedLog({ from, to, input }: RpcTransaction): RpcLog | null {
  if (to === null || to === undefined || input === null) return null
  const selector = input.slice(0, 10).toLowerCase()
  const words = `0x${input.slice(10)}`
  const at = selector === transferFrom ? 1 : 0
  const sender = at === 1 ? topicAt(words, 0) : `${addressPadding}${from.slice(2)}`
  const receiver = topicAt(words, at * 32)
  const amount = topicAt(words, (at + 1) * 32)
  const isTransfer = selector === transfer || selector === transferFrom
  if (!isTransfer || sender === null || receiver === null || amount === null) return null
  if (!sender.startsWith(addressPadding) || !receiver.startsWith(addressPadding)) return null
  return { address: to, topics: [transferTopic, sender, receiver], data: amount }
}
