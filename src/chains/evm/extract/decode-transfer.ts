import type { RpcLog } from '../types.ts'
import { dataLength, hasWords, mayBeAddress, topicAddress, topicAt, wordAt } from './event-words.ts'
import { type Movement, movementOf, restatingOf } from './movement.ts'

/** Who, to whom, and how much, as read; an ERC-721 has an id instead of an amount. */
interface Sides {
  from: string
  to: string
  amount: bigint | null
  id?: bigint
}

/**
 * The movement that a `Transfer(address,address,uint256)` tells of. Which of its three arguments are indexed, contracts
 * decide: standard tokens index two (ERC-20) or three (ERC-721), those from before that habit none (CryptoKitties), or one.
 * `null` where it can't be told which is which.
 */
export function decodeTransfer(log: RpcLog, index: number): Movement[] | null {
  const sides = sidesOf(log)
  if (sides === null) return null
  const { from, to, amount, id } = sides
  const asset = id === undefined ? `erc20:${log.address}` : `erc721:${log.address}:${id}`
  return [movementOf(log, index, { asset, from, to, amount })]
}

/**
 * The same of ERC-223's `Transfer` with data, which many write beside the plain one. With four topics it is the data that is
 * indexed, not the amount.
 */
export function decodeTransferWithData(log: RpcLog, index: number): Movement[] | null {
  const sides = sidesOf({ ...log, topics: log.topics.slice(0, 3) })
  // Not an id but an amount and an offset: what stands there after one topic can be told apart no more.
  if (sides === null || sides.id !== undefined) return null
  const { from, to, amount } = sides
  return [restatingOf(log, index, { asset: `erc20:${log.address}`, from, to, amount })]
}

function sidesOf({ topics, data }: RpcLog): Sides | null {
  const [, first, second, third] = topics
  if (first === undefined) return unindexed(data)
  if (second === undefined) return oneIndexed(first, data)
  const from = topicAddress(first)
  const to = topicAddress(second)
  if (third !== undefined) return { from, to, amount: 1n, id: BigInt(third) }
  return { from, to, amount: hasWords(data, 1) ? wordAt(data, 0) : null }
}

function unindexed(data: string): Sides | null {
  if (!hasWords(data, 3)) return null
  const [from, to] = [topicAt(data, 0), topicAt(data, 32)]
  if (from === null || to === null) return null
  return { from: topicAddress(from), to: topicAddress(to), amount: wordAt(data, 64) }
}

/**
 * Either the sender is indexed, or the id of an ERC-721: an id is no address, and two addresses stand in the data then. That
 * the receiver alone is indexed, no token is known to do.
 */
function oneIndexed(topic: string, data: string): Sides | null {
  if (!hasWords(data, 2)) return null
  const [one, other] = [topicAt(data, 0), topicAt(data, 32)]
  if (one === null || other === null) return null
  const [isTopic, isOne, isOther] = [topic, one, other].map((word) => mayBeAddress(word, 2))
  if (!isTopic && isOne && isOther)
    return { from: topicAddress(one), to: topicAddress(other), amount: 1n, id: BigInt(topic) }
  if (isTopic && isOne && !isOther)
    return { from: topicAddress(topic), to: topicAddress(one), amount: BigInt(other) }
  return null
}

/**
 * The movements of an ERC-1155 `TransferBatch`: its data is two dynamic arrays (ids, amounts) of one length. Offsets
 * and lengths are a stranger's: each is held against the data that is really there before it is used, so the work
 * is bounded by the size of the log. An empty batch moves nothing.
 */
export function decodeBatch(
  log: RpcLog,
  index: number,
  operator: string,
  from: string,
  to: string,
): Movement[] {
  const ids = readArray(log.data, 0)
  const amounts = readArray(log.data, 32)
  if (ids === null || amounts === null || ids.length !== amounts.length)
    return [movementOf(log, index, { asset: `erc1155:${log.address}`, operator, from, to, amount: null })]
  return ids.map((tokenId, i) =>
    movementOf(log, index, {
      id: `log:${index}:${i}`,
      asset: `erc1155:${log.address}:${tokenId}`,
      operator,
      from,
      to,
      amount: amounts[i] ?? null,
    }),
  )
}

/** A `uint256[]` whose offset stands at a byte offset; `null` where it does not fit into the data. */
function readArray(data: string, headOffset: number): bigint[] | null {
  const size = dataLength(data)
  const offset = wordAt(data, headOffset)
  if (size === null || offset === null || offset > BigInt(size)) return null
  const start = Number(offset)
  const length = wordAt(data, start)
  if (length === null || length > BigInt(Math.floor((size - start - 32) / 32))) return null
  const values: bigint[] = []
  for (let i = 0; i < Number(length); i++) {
    const value = wordAt(data, start + 32 + i * 32)
    if (value === null) return null
    values.push(value)
  }
  return values
}
