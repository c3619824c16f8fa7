import type { TokenTable } from '../tokens.ts'
import type { RpcLog } from '../types.ts'
import { decodeBatch } from './decode-batch.ts'
import type { Movement } from './movement.ts'
import { movementOf } from './movement-of.ts'
import { transferBatchTopic, transferSingleTopic, transferTopic, unwrapTopic, wrapTopic } from './topics.ts'
import { dataLength, topicAddress, topicAt, wordAt } from './words.ts'

/**
 * The token movements that a log tells of: none for logs of other kinds, several for a batch. A log whose topics are
 * those of a token and whose data is not is one malformed movement of zero. Never throws, whatever the log holds.
 * Of an ERC-777 only its `Transfer` counts, which stands beside its `Sent`.
 *
 * @param index the log's position in its receipt.
 */
export function decodeLog(log: RpcLog, index: number, tokens: TokenTable): Movement[] {
  const [kind, first, second, third] = log.topics
  switch (kind) {
    case transferTopic:
      return transfer(log, index)
    case transferSingleTopic:
      if (first === undefined || second === undefined || third === undefined) return []
      return [single(log, index, first, second, third)]
    case transferBatchTopic:
      if (first === undefined || second === undefined || third === undefined) return []
      return decodeBatch(log, index, topicAddress(first), topicAddress(second), topicAddress(third))
    case wrapTopic:
    case unwrapTopic:
      if (first === undefined || !tokens.get(log.address)?.wrapped) return []
      return [wrapping(log, index, kind === wrapTopic, topicAddress(first))]
    default:
      return []
  }
}

function transfer(log: RpcLog, index: number): Movement[] {
  const [, first, second, third] = log.topics
  // Tokens from before `indexed` was the habit (CryptoKitties): from, to and amount all stand in the data.
  if (first === undefined) {
    const from = topicAt(log.data, 0)
    const to = topicAt(log.data, 32)
    if (from === null || to === null || dataLength(log.data) !== 96) return []
    return [erc20(log, index, topicAddress(from), topicAddress(to), wordAt(log.data, 64))]
  }
  // Two topics: it can't be told whether the sender or the receiver is the indexed one. No known token writes this.
  if (second === undefined) return []
  const from = topicAddress(first)
  const to = topicAddress(second)
  if (third === undefined)
    return [erc20(log, index, from, to, dataLength(log.data) === 32 ? wordAt(log.data, 0) : null)]
  return [movementOf(log, index, { asset: `erc721:${log.address}:${BigInt(third)}`, from, to, amount: 1n })]
}

function erc20(
  log: RpcLog,
  index: number,
  from: string | null,
  to: string | null,
  amount: bigint | null,
): Movement {
  return movementOf(log, index, { asset: `erc20:${log.address}`, from, to, amount })
}

function single(log: RpcLog, index: number, operator: string, from: string, to: string): Movement {
  const tokenId = wordAt(log.data, 0)
  const amount = dataLength(log.data) === 64 ? wordAt(log.data, 32) : null
  const readable = tokenId !== null && amount !== null
  return movementOf(log, index, {
    asset: readable ? `erc1155:${log.address}:${tokenId}` : `erc1155:${log.address}`,
    operator: topicAddress(operator),
    from: topicAddress(from),
    to: topicAddress(to),
    amount: readable ? amount : null,
  })
}

function wrapping(log: RpcLog, index: number, wraps: boolean, holder: string): Movement {
  const amount = dataLength(log.data) === 32 ? wordAt(log.data, 0) : null
  return erc20(log, index, wraps ? null : holder, wraps ? holder : null, amount)
}
