import { asAddress, asQuantity, asWord, badAnswer } from './answers.ts'
import type { ChainDefinition } from './definition.ts'
import { commonTypes, type RpcBlock, type RpcReceipt, type RpcTransaction, typeOf } from './types.ts'
import { noteUnreadable, nowhere, type Unreadable } from './unreadable.ts'

export interface PairedReceipts {
  /** By the hash of their transaction. */
  byHash: Map<string, RpcReceipt>
  /** Hashes of those whose transaction is not in the block. */
  extra: readonly string[]
  /** Hashes of transactions that have several: the one that says that it succeeded counts, then the first. */
  repeated: readonly string[]
}

/**
 * Checks that an answer holds receipts of this block, and pairs them with its transactions by their hashes: in any order,
 * and more or fewer than there are transactions. Puts hex into lower case in place.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkReceipts(answer: unknown, block: RpcBlock, method: string): PairedReceipts {
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of receipts', answer)
  const { transactions } = block
  const paired = { byHash: new Map<string, RpcReceipt>(), extra: [] as string[], repeated: [] as string[] }
  // Only where the order is another one.
  let places: Map<string, number> | undefined
  for (const [i, item] of answer.entries()) {
    const at = () => `[${i}]`
    if (typeof item !== 'object' || item === null) throw badAnswer(method, at(), item)
    const { transactionHash } = item as { transactionHash?: unknown }
    const hash = transactionHash === transactions[i]?.hash ? transactions[i]?.hash : asWord(transactionHash)
    if (hash === undefined) return fail(method, `${at()}.transactionHash`, transactionHash)
    if (transactions[i]?.hash !== hash) places ??= new Map(transactions.map((tx, index) => [tx.hash, index]))
    const index = transactions[i]?.hash === hash ? i : places?.get(hash)
    const receipt = readReceipt(
      item,
      index === undefined ? undefined : transactions[index],
      at,
      block,
      method,
    )
    const before = paired.byHash.get(hash)
    if (index === undefined) paired.extra.push(hash)
    else if (before === undefined) paired.byHash.set(hash, receipt)
    else {
      paired.repeated.push(hash)
      if (before.status !== '0x1' && receipt.status === '0x1') paired.byHash.set(hash, receipt)
    }
  }
  return paired
}

/**
 * Checks the receipt of one transaction of a block, which was asked for alone.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkReceipt(answer: unknown, index: number, block: RpcBlock, method: string): RpcReceipt {
  const at = () => 'the receipt'
  if (typeof answer !== 'object' || answer === null) throw badAnswer(method, at(), answer)
  const tx = block.transactions[index]
  const { transactionHash } = answer as { transactionHash?: unknown }
  if (asWord(transactionHash) !== tx?.hash) fail(method, `${at()}.transactionHash`, transactionHash, tx?.hash)
  return readReceipt(answer, tx, at, block, method)
}

/** What stands for the receipt of a transaction that the node has none for. */
export function noReceipt(transactionHash: string, { hash }: RpcBlock): RpcReceipt {
  return { transactionHash, blockHash: hash, status: null, contractAddress: null, logs: [] }
}

const zero = `0x${'0'.repeat(40)}`

/** The hash of the chain's own transaction at the end of a block, which nodes may leave out of everything else; `null`: there is none. */
export function endsInOwnTransaction(block: RpcBlock, { stateSync }: ChainDefinition): string | null {
  const last = block.transactions.at(-1)
  return stateSync && last?.from === zero && (last.to ?? zero) === zero ? last.hash : null
}

function readReceipt(
  answer: object,
  tx: RpcTransaction | undefined,
  at: () => string,
  block: RpcBlock,
  method: string,
): RpcReceipt {
  const receipt = answer as { [K in keyof RpcReceipt]: unknown } & { root?: unknown }
  if (receipt.blockHash !== block.hash && asWord(receipt.blockHash) !== block.hash)
    fail(method, `${at()}.blockHash`, receipt.blockHash, block.hash)
  receipt.transactionHash = tx?.hash ?? asWord(receipt.transactionHash)
  readContent(receipt, tx)
  return answer as RpcReceipt
}

function fail(method: string, field: string, value: unknown, expected?: string): never {
  throw badAnswer(method, field, value, expected)
}

/** A receipt as it was served; whose it is has been looked at. */
export type ServedReceipt = { [K in keyof RpcReceipt]: unknown } & { root?: unknown }

const noStatus: Unreadable = {
  what: 'status',
  reason: 'its receipt does not say whether it succeeded',
  about: null,
  unlessTraced: true,
}
const noContract: Unreadable = {
  what: 'receipt',
  reason: 'its receipt does not say which contract it created',
  about: null,
  unlessTraced: true,
}
const noLogs: Unreadable = { what: 'logs', reason: 'its receipt has no list of logs', about: null }
const badLog: Unreadable = { what: 'logs', reason: 'a log of it can’t be read', about: null }

/**
 * Checks what a receipt says, and puts its hex into lower case in place. What can't be read is noted as unreadable, and left
 * empty: where `verify` is strict, the root in the header says whether it is so.
 *
 * @param tx the transaction, where the block has it.
 */
export function readContent(receipt: ServedReceipt, tx: RpcTransaction | undefined): void {
  readStatus(receipt)
  readContract(receipt, tx)
  if (!Array.isArray(receipt.logs)) {
    noteUnreadable(receipt, noLogs)
    receipt.logs = []
    return
  }
  const logs: unknown[] = receipt.logs
  for (let i = 0; i < logs.length; i++) {
    if (isLog(logs[i])) continue
    noteUnreadable(receipt, badLog)
    // It keeps its place: transfers are named by that.
    logs[i] = { address: nowhere, topics: [], data: '0x' }
  }
}

function readStatus(receipt: ServedReceipt): void {
  if (receipt.status === '0x1' || receipt.status === '0x0') return
  const status = Number(asQuantity(receipt.status))
  if (status === 0 || status === 1) {
    receipt.status = `0x${status}`
    return
  }
  // Before Byzantium a receipt has a state root where the status stands now.
  const absent = receipt.status === undefined || receipt.status === null
  if (!absent || asWord(receipt.root) === undefined) noteUnreadable(receipt, noStatus)
  receipt.status = null
}

function readContract(receipt: ServedReceipt, tx: RpcTransaction | undefined): void {
  const served = receipt.contractAddress
  const absent = served === undefined || served === null
  receipt.contractAddress = (absent ? null : asAddress(served)) ?? null
  if (receipt.contractAddress !== null || tx === undefined || tx.to) return
  // A created contract got value, and the receipt alone knows its address.
  const gotValue = tx.value !== null && !/^0x0*$/.test(tx.value) && receipt.status !== '0x0'
  if (!absent || (gotValue && commonTypes.has(typeOf(tx)))) noteUnreadable(receipt, noContract)
}

/** Every log is looked through for own addresses, whatever event it is. Its data may be any bytes. */
function isLog(served: unknown): boolean {
  if (typeof served !== 'object' || served === null) return false
  const log = served as { address: unknown; topics: unknown; data: unknown }
  const { topics } = log
  if (!Array.isArray(topics) || topics.length > 4) return false
  for (let k = 0; k < topics.length; k++) {
    const topic = asWord(topics[k])
    if (topic === undefined) return false
    topics[k] = topic
  }
  const address = asAddress(log.address)
  if (address === undefined) return false
  log.address = address
  return typeof log.data === 'string' && log.data.startsWith('0x')
}
