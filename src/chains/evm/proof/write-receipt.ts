import { opDeposit } from '../transaction-types.ts'
import type { RpcReceipt } from '../types.ts'
import { fieldFault } from './fault.ts'
import type { RlpWriter } from './rlp-writer.ts'
import { type Served, servedFields } from './served.ts'
import { address, bytes, fixed, quantity, word } from './write-field.ts'

const bloom = fixed(256)

/**
 * Writes a receipt the way its block commits to it (EIP-2718): status, gas so far, bloom, logs. Types that this
 * version doesn't know are written like that too: every chain so far does it, and the root says whether this one did.
 * The bloom is taken as served: whether it is the right one, the root says as well.
 *
 * @throws EncodingFault where a field is missing or malformed.
 */
export function writeReceipt(writer: RlpWriter, receipt: RpcReceipt): void {
  const served = servedFields(receipt)
  const mark = writer.size
  const type = served.type === undefined || served.type === null ? 0 : Number(served.type)
  if (type === opDeposit) writeDeposit(writer, served)
  writeLogs(writer, served.logs)
  bloom(writer, served.logsBloom, 'logsBloom')
  quantity(writer, served.cumulativeGasUsed, 'cumulativeGasUsed')
  // The state root stands where the status stands since Byzantium (EIP-658).
  const { status } = served
  if (status === undefined || status === null) word(writer, served.root, 'status')
  else quantity(writer, status, 'status')
  writer.list(mark)
  if (type === 0) return
  if (!(type > 0 && type < 0x80)) throw fieldFault('type', type)
  writer.byte(type)
}

/** Since Canyon the receipt of a deposit also commits to its nonce; before, the nonce is served but not committed to. */
function writeDeposit(writer: RlpWriter, { depositNonce, depositReceiptVersion }: Served): void {
  if (depositReceiptVersion === undefined || depositReceiptVersion === null) return
  quantity(writer, depositReceiptVersion, 'depositReceiptVersion')
  quantity(writer, depositNonce, 'depositNonce')
}

function writeLogs(writer: RlpWriter, logs: unknown): void {
  if (!Array.isArray(logs)) throw fieldFault('logs', logs)
  const mark = writer.size
  for (let i = logs.length - 1; i >= 0; i--) writeLog(writer, logs[i])
  writer.list(mark)
}

function writeLog(writer: RlpWriter, log: Served): void {
  const mark = writer.size
  bytes(writer, log.data, 'logs[].data')
  const { topics } = log
  if (!Array.isArray(topics)) throw fieldFault('logs[].topics', topics)
  const topicsMark = writer.size
  for (let i = topics.length - 1; i >= 0; i--) word(writer, topics[i], 'logs[].topics')
  writer.list(topicsMark)
  address(writer, log.address, 'logs[].address')
  writer.list(mark)
}
