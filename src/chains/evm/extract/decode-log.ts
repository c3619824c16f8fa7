import type { RpcLog } from '../types.ts'
import { decodeBatch, decodeTransfer, decodeTransferWithData } from './decode-transfer.ts'
import * as topics from './event-words.ts'
import { dataLength, hasWords, topicAddress, topicAt, wordAt } from './event-words.ts'
import { type Movement, movementOf, restatingOf } from './movement.ts'

/** Reads one kind of log; `null` where it has not the shape of its event. */
type Decoder = (log: RpcLog, index: number) => Movement[] | null

/** By first topic: every event that is known to move tokens. */
const decoders: Readonly<Record<string, Decoder>> = {
  [topics.transferTopic]: decodeTransfer,
  [topics.transferWithDataTopic]: decodeTransferWithData,
  [topics.transferSingleTopic]: decodeSingle,
  [topics.transferBatchTopic]: (log, index) => {
    const [, operator, from, to] = log.topics
    if (operator === undefined || from === undefined || to === undefined) return null
    return decodeBatch(log, index, topicAddress(operator), topicAddress(from), topicAddress(to))
  },
  [topics.transferOfIdTopic]: decodeOfId,
  [topics.consecutiveTopic]: decodeConsecutive,
  [topics.sentTopic]: (log, index) => {
    const [, operator, from, to] = log.topics
    return operation(log, index, operator, from, to)
  },
  [topics.mintedTopic]: (log, index) => operation(log, index, log.topics[1], zeroTopic, log.topics[2]),
  [topics.burnedTopic]: (log, index) => operation(log, index, log.topics[1], log.topics[2], zeroTopic),
  [topics.vaultDepositTopic]: decodeVaultDeposit,
  [topics.vaultWithdrawTopic]: decodeVaultWithdraw,
  [topics.wrapTopic]: (log, index) => wrapping(log, index, true),
  [topics.unwrapTopic]: (log, index) => wrapping(log, index, false),
  [topics.logTransferTopic]: decodeLogTransfer,
}

/** Whether an event with this first topic is one that a decoder knows. */
export function isDecoded(topic: string | undefined): boolean {
  return topic !== undefined && topic in decoders
}

/**
 * The token movements that a log tells of: several for a batch, none for one that is empty. `null` for a log that is not
 * understood: of another kind, or not in the shape of its event. A log whose topics are those of a token and whose data is not
 * is one malformed movement of zero. Never throws, whatever the log holds.
 *
 * @param index the log's position in its receipt.
 */
export function decodeLog(log: RpcLog, index: number): Movement[] | null {
  return decoders[log.topics[0] ?? '']?.(log, index) ?? null
}

function decodeSingle(log: RpcLog, index: number): Movement[] | null {
  const [, operator, from, to] = log.topics
  if (operator === undefined || from === undefined || to === undefined) return null
  const tokenId = wordAt(log.data, 0)
  const amount = hasWords(log.data, 2) ? wordAt(log.data, 32) : null
  const readable = tokenId !== null && amount !== null
  const movement = {
    asset: readable ? `erc1155:${log.address}:${tokenId}` : `erc1155:${log.address}`,
    operator: topicAddress(operator),
    from: topicAddress(from),
    to: topicAddress(to),
    amount: readable ? amount : null,
  }
  return [movementOf(log, index, movement)]
}

/** ERC-6909: the caller stands in the data. */
function decodeOfId(log: RpcLog, index: number): Movement[] | null {
  const [, from, to, id] = log.topics
  if (from === undefined || to === undefined || id === undefined) return null
  const caller = hasWords(log.data, 2) ? topicAt(log.data, 0) : null
  const movement = {
    asset: `erc6909:${log.address}:${BigInt(id)}`,
    from: topicAddress(from),
    to: topicAddress(to),
    amount: caller === null ? null : wordAt(log.data, 32),
    ...(caller !== null && { operator: topicAddress(caller) }),
  }
  return [movementOf(log, index, movement)]
}

/** ERC-2309: ERC-721 ids from one to another, made or moved at once. As one movement: there may be 2^256 of them. */
function decodeConsecutive(log: RpcLog, index: number): Movement[] | null {
  const [, first, from, to] = log.topics
  if (first === undefined || from === undefined || to === undefined) return null
  const last = hasWords(log.data, 1) ? wordAt(log.data, 0) : null
  const amount = last === null || last < BigInt(first) ? null : last - BigInt(first) + 1n
  const movement = {
    asset: `erc721:${log.address}`,
    from: topicAddress(from),
    to: topicAddress(to),
    amount,
  }
  return [movementOf(log, index, movement)]
}

const zeroTopic = `0x${'0'.repeat(64)}`

/** ERC-777: amount, two offsets, and what they lead to. */
function operation(
  log: RpcLog,
  index: number,
  operator: string | undefined,
  from: string | undefined,
  to: string | undefined,
): Movement[] | null {
  if (operator === undefined || from === undefined || to === undefined) return null
  const movement = {
    asset: `erc20:${log.address}`,
    operator: topicAddress(operator),
    from: topicAddress(from),
    to: topicAddress(to),
    amount: wordAt(log.data, 0),
  }
  return [restatingOf(log, index, movement)]
}

/** Of any contract: `depositTo` wraps for another, and nothing but the coin tells of a payment to the contract then. */
function wrapping(log: RpcLog, index: number, wraps: boolean): Movement[] | null {
  const [, first] = log.topics
  if (first === undefined) return null
  const holder = topicAddress(first)
  const amount = dataLength(log.data) === 32 ? wordAt(log.data, 0) : null
  const [from, to] = wraps ? [null, holder] : [holder, null]
  return [restatingOf(log, index, { asset: `erc20:${log.address}`, from, to, amount })]
}

/** Of a child token; that of the native coin is read as native. */
function decodeLogTransfer(log: RpcLog, index: number): Movement[] | null {
  const [, , from, to] = log.topics
  if (from === undefined || to === undefined) return null
  const amount = wordAt(log.data, 0)
  const movement = {
    asset: `erc20:${log.address}`,
    from: topicAddress(from),
    to: topicAddress(to),
    amount,
  }
  return [restatingOf(log, index, movement)]
}

const zero = `0x${'0'.repeat(40)}`

/**
 * ERC-4626: `sender` paid assets into the vault, and `owner` got shares of it. A standard vault also writes a `Transfer` of
 * the shares that came into being, and the asset one of what was paid. What tells the same to us is the one at our side; who
 * stands at the other side, the vault's event alone says.
 *
 * @see https://eips.ethereum.org/EIPS/eip-4626#events
 */
function decodeVaultDeposit(log: RpcLog, index: number): Movement[] | null {
  const [, first, second] = log.topics
  const amounts = amountsOf(log)
  if (first === undefined || second === undefined || amounts === null) return null
  const [sender, owner] = [topicAddress(first), topicAddress(second)]
  const { assets, shares, shareAsset } = amounts
  return [
    restatingOf(
      log,
      index,
      { asset: shareAsset, from: sender, to: owner, amount: shares },
      {
        received: { asset: shareAsset, from: zero, to: owner, amount: shares },
        sent: { asset: null, from: sender, to: log.address, amount: assets },
      },
    ),
  ]
}

/** ERC-4626: `sender` had shares of `owner` burned, and `receiver` got the assets. */
function decodeVaultWithdraw(log: RpcLog, index: number): Movement[] | null {
  const [, first, second, third] = log.topics
  const amounts = amountsOf(log)
  if (first === undefined || second === undefined || third === undefined || amounts === null) return null
  const [sender, receiver, owner] = [topicAddress(first), topicAddress(second), topicAddress(third)]
  const { assets, shares, shareAsset } = amounts
  return [
    restatingOf(
      log,
      index,
      { asset: shareAsset, from: owner, to: receiver, amount: shares, operator: sender },
      {
        received: { asset: null, from: log.address, to: receiver, amount: assets },
        sent: { asset: shareAsset, from: owner, to: zero, amount: shares },
      },
    ),
  ]
}

function amountsOf(log: RpcLog): { assets: bigint; shares: bigint; shareAsset: string } | null {
  const [assets, shares] = [wordAt(log.data, 0), wordAt(log.data, 32)]
  if (!hasWords(log.data, 2) || assets === null || shares === null) return null
  return { assets, shares, shareAsset: `erc20:${log.address}` }
}
