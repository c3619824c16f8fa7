import { asAddress, asQuantity, asWord } from './hex.ts'
import { noteOddity, nowhere, type Oddity } from './oddity.ts'
import { commonTypes, typeOf } from './transaction-types.ts'
import type { RpcReceipt, RpcTransaction } from './types.ts'

/** A receipt as it was served; whose it is has been looked at. */
export type ServedReceipt = { [K in keyof RpcReceipt]: unknown } & { root?: unknown }

const noStatus: Oddity = {
  what: 'status',
  reason: 'its receipt does not say whether it succeeded',
  about: null,
  unlessTraced: true,
}
const noContract: Oddity = {
  what: 'receipt',
  reason: 'its receipt does not say which contract it created',
  about: null,
  unlessTraced: true,
}
const noLogs: Oddity = { what: 'logs', reason: 'its receipt has no list of logs', about: null }
const badLog: Oddity = { what: 'logs', reason: 'a log of it can’t be read', about: null }

/**
 * Checks what a receipt says, and puts its hex into lower case in place. What can't be read is noted as an oddity, and left
 * empty: where `verify` is strict, the root in the header says whether it is so.
 *
 * @param tx the transaction, where the block has it.
 */
export function readContent(receipt: ServedReceipt, tx: RpcTransaction | undefined): void {
  readStatus(receipt)
  readContract(receipt, tx)
  if (!Array.isArray(receipt.logs)) {
    noteOddity(receipt, noLogs)
    receipt.logs = []
    return
  }
  const logs: unknown[] = receipt.logs
  for (let i = 0; i < logs.length; i++) {
    if (isLog(logs[i])) continue
    noteOddity(receipt, badLog)
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
  if (!absent || asWord(receipt.root) === undefined) noteOddity(receipt, noStatus)
  receipt.status = null
}

function readContract(receipt: ServedReceipt, tx: RpcTransaction | undefined): void {
  const served = receipt.contractAddress
  const absent = served === undefined || served === null
  receipt.contractAddress = (absent ? null : asAddress(served)) ?? null
  if (receipt.contractAddress !== null || tx === undefined || tx.to) return
  // A created contract got value, and the receipt alone knows its address.
  const gotValue = tx.value !== null && !/^0x0*$/.test(tx.value) && receipt.status !== '0x0'
  if (!absent || (gotValue && commonTypes.has(typeOf(tx)))) noteOddity(receipt, noContract)
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
