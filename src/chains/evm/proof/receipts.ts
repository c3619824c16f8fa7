import { opDeposit, type RpcReceipt, type RpcTransaction } from '../types.ts'
import { type Findings, noRoot, type ProofRules } from './findings.ts'
import type { Keccak } from './keccak.ts'
import {
  address,
  bytes,
  fieldFault,
  fixed,
  quantity,
  type RlpWriter,
  type Served,
  servedFields,
  word,
} from './rlp.ts'
import { unknownTypes } from './transactions.ts'
import { indexRoot } from './trie.ts'

/**
 * Proves the receipts of a block, with all their logs, against its `receiptsRoot`.
 *
 * @param transactions theirs: of a type that is not known, a receipt may be as well.
 * @returns whether that can be told. The blooms then are settled too, the block's included.
 */
export function proveReceipts(
  findings: Findings,
  root: unknown,
  receipts: readonly RpcReceipt[],
  transactions: readonly RpcTransaction[],
  rules: ProofRules,
  keccak: Keccak,
): boolean {
  const write = (index: number, writer: Parameters<typeof writeReceipt>[0]) => {
    const receipt = receipts[index]
    if (receipt !== undefined) writeReceipt(writer, receipt)
  }
  const outcome = findings.check({
    field: 'receiptsRoot',
    served: root,
    compute: () => indexRoot(receipts.length, write, keccak),
    knownDeviation: () => rules.receiptsRoot ?? noRoot(root) ?? unknownTypes(transactions),
  })
  if (typeof outcome === 'boolean') return outcome
  const odd = receipts.findIndex((receipt) => !fitsBloom(receipt, keccak))
  if (odd >= 0)
    outcome.hint = `The logs of receipt ${odd} do not give its bloom: some were dropped, added or changed.`
  return true
}

/**
 * Where the receipts can't be proved, the block's bloom still tells of most logs that were dropped: each of its bits
 * has to come from some log. Logs beyond it are no contradiction: there are chains that leave those of their own
 * system transactions out of it.
 *
 * @param deviation why the bloom itself can't be relied on.
 */
export function proveBloom(
  findings: Findings,
  bloom: unknown,
  receipts: readonly RpcReceipt[],
  deviation: string | undefined,
  keccak: Keccak,
): void {
  const committed = readBloom(bloom)
  const logs = receipts.flatMap((receipt) => receipt.logs)
  if (committed !== null && coversBloom(bloomOf(logs, keccak), committed)) return
  findings.check({
    field: 'logsBloom',
    served: bloom,
    compute: () => 'fewer bits (some logs are missing)',
    knownDeviation: () => deviation,
  })
}

function fitsBloom(receipt: RpcReceipt, keccak: Keccak): boolean {
  const served = readBloom(servedFields(receipt).logsBloom)
  return served !== null && Buffer.compare(served, bloomOf(receipt.logs, keccak)) === 0
}

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

/**
 * The 2,048-bit bloom filter of logs: of each address and each topic, three bits that its hash names.
 *
 * @param logs as served; what is malformed in them sets no bit.
 * @see https://ethereum.github.io/yellowpaper/paper.pdf, 4.3.1
 */
function bloomOf(logs: Iterable<unknown>, keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(256)
  const seen = new Set<unknown>()
  for (const log of logs) {
    const { address, topics } = (log ?? {}) as { address?: unknown; topics?: unknown }
    for (const item of [address, ...(Array.isArray(topics) ? topics : [])]) {
      // Most items come again and again in a block.
      if (typeof item !== 'string' || seen.has(item)) continue
      seen.add(item)
      addItem(bloom, keccak(Buffer.from(item.slice(2), 'hex')))
    }
  }
  return bloom
}

/** Whether each bit of `part` is set in `whole` too. */
function coversBloom(whole: Uint8Array, part: Uint8Array): boolean {
  return part.every((byte, i) => (byte & ~(whole[i] ?? 0)) === 0)
}

/** A served bloom as bytes; `null` where it is none. */
function readBloom(value: unknown): Uint8Array | null {
  return typeof value === 'string' && /^0x[0-9a-f]{512}$/i.test(value)
    ? Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
    : null
}

function addItem(bloom: Uint8Array, hash: Uint8Array): void {
  for (const at of [0, 2, 4]) {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047
    const byte = 255 - (bit >> 3)
    bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7))
  }
}
