import type { TokenTable } from '../tokens.ts'
import type { RpcLog } from '../types.ts'
import { decodeBatch } from './decode-batch.ts'
import type { Movement } from './movement.ts'
import { movementOf } from './movement-of.ts'
import {
  nativeLogAddress,
  transferBatchTopic,
  transferSingleTopic,
  transferTopic,
  unwrapTopic,
  wrapTopic,
} from './topics.ts'
import { dataLength, topicAddress, topicAt, wordAt } from './words.ts'

/**
 * The token movements that a log tells of: none for logs of other kinds, several for a batch. A log whose topics are
 * those of a token and whose data is not is one malformed movement of zero. Never throws, whatever the log holds.
 *
 * @param index the log's position in its receipt.
 */
export function decodeLog(log: RpcLog, index: number, tokens: TokenTable): Movement[] {
  if (log.address === nativeLogAddress) return []
  const [kind, first, second, third] = log.topics
  const id = `log:${index}`
  switch (kind) {
    case transferTopic:
      return transfer(log, id)
    case transferSingleTopic:
      if (first === undefined || second === undefined || third === undefined) return []
      return [single(log, id, first, second, third)]
    case transferBatchTopic:
      if (first === undefined || second === undefined || third === undefined) return []
      return decodeBatch(log, id, topicAddress(first), topicAddress(second), topicAddress(third))
    case wrapTopic:
    case unwrapTopic:
      if (first === undefined || !tokens.get(log.address)?.wrapped) return []
      return [wrapping(log, id, kind === wrapTopic, topicAddress(first))]
    default:
      return []
  }
}

function transfer(log: RpcLog, id: string): Movement[] {
  const [, first, second, third] = log.topics
  // Tokens from before `indexed` was the habit (CryptoKitties): from, to and amount all stand in the data.
  if (first === undefined) {
    const from = topicAt(log.data, 0)
    const to = topicAt(log.data, 32)
    if (from === null || to === null || dataLength(log.data) !== 96) return []
    return [erc20(log, id, topicAddress(from), topicAddress(to), wordAt(log.data, 64))]
  }
  // Two topics: it can't be told whether the sender or the receiver is the indexed one. No known token writes this.
  if (second === undefined) return []
  const from = topicAddress(first)
  const to = topicAddress(second)
  if (third === undefined)
    return [erc20(log, id, from, to, dataLength(log.data) === 32 ? wordAt(log.data, 0) : null)]
  return [movementOf(log, { id, asset: `erc721:${log.address}:${BigInt(third)}`, from, to, amount: 1n })]
}

function erc20(
  log: RpcLog,
  id: string,
  from: string | null,
  to: string | null,
  amount: bigint | null,
): Movement {
  return movementOf(log, { id, asset: `erc20:${log.address}`, from, to, amount })
}

function single(log: RpcLog, id: string, operator: string, from: string, to: string): Movement {
  const tokenId = wordAt(log.data, 0)
  const amount = dataLength(log.data) === 64 ? wordAt(log.data, 32) : null
  const readable = tokenId !== null && amount !== null
  return movementOf(log, {
    id,
    asset: readable ? `erc1155:${log.address}:${tokenId}` : `erc1155:${log.address}`,
    operator: topicAddress(operator),
    from: topicAddress(from),
    to: topicAddress(to),
    amount: readable ? amount : null,
  })
}

function wrapping(log: RpcLog, id: string, wraps: boolean, holder: string): Movement {
  const amount = dataLength(log.data) === 32 ? wordAt(log.data, 0) : null
  return erc20(log, id, wraps ? null : holder, wraps ? holder : null, amount)
}
