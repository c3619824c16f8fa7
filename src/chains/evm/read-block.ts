import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Unscreened } from '../source.ts'
import { badAnswer } from './answers.ts'
import { checkBlock } from './check-block.ts'
import type { ChainDefinition } from './definition.ts'
import { transactionAt } from './extract/context.ts'
import type { BlockReceipts, ReceiptReader } from './read-receipts.ts'
import type { ByteTally, CallOptions, RpcClient } from './rpc/client.ts'
import { isUnread } from './traces/call-frames.ts'
import type { TraceReader, TracesOfBlock } from './traces/trace-reader.ts'
import { isReadWhole, type RpcBlock, typeOf, unreadableType } from './types.ts'
import { type Unreadable, unreadableParts } from './unreadable.ts'

/** A block as one node served it, checked for shape and for belonging together. */
export interface ServedBlock {
  block: RpcBlock
  receipts: BlockReceipts
  traces: TracesOfBlock
}

/** The readers of one node. */
export interface BlockReaders {
  rpc: RpcClient
  receipts: ReceiptReader
  traces: TraceReader
  definition: ChainDefinition
}

/**
 * Reads a block by its height, and by the hash that it then has its receipts and traces, both at a time.
 *
 * @throws ChainscreenError `node-missing-data`, `node-bad-answer`, and as a call throws.
 */
export async function readBlock(
  readers: BlockReaders,
  height: number,
  options: { tally: ByteTally; signal?: AbortSignal | undefined },
): Promise<ServedBlock> {
  const block = await askBlock(readers.rpc, height, options)
  const asked = readers.receipts.read(block, options)
  const all = asked.then((receipts) => receipts.all)
  // `asked` reports it.
  all.catch(() => {})
  const traces = readers.traces.read(block, all, readers.definition, options)
  const [receipts, read] = await Promise.all([asked, traces])
  return { block, receipts, traces: read }
}

/** What of transactions and their receipts is not understood, by the transaction's place in the block: nearly always nothing. */
export function unreadableByTransaction({
  block: { transactions },
  receipts,
}: Pick<ServedBlock, 'block' | 'receipts'>): ReadonlyMap<number, readonly Unreadable[]> {
  const found = new Map<number, readonly Unreadable[]>()
  for (const [index, tx] of transactions.entries()) {
    const all = [...(tx[unreadableParts] ?? []), ...(receipts.all[index]?.[unreadableParts] ?? [])]
    if (all.length > 0) found.set(index, all)
  }
  return found
}

/** Whether something of a transaction is not understood, as it was served. */
export function anyUnreadable({ traces, ...served }: ServedBlock): boolean {
  const traced = traces.frames ?? []
  return (
    unreadableByTransaction(served).size > 0 ||
    traced.some((trace) => trace !== null && (isUnread(trace) || trace.unreadable.length > 0))
  )
}

/** Reads a block without its traces: an old one may have none to give. Throws as {@link readBlock} does. */
export async function readLogs(
  { rpc, receipts }: Pick<BlockReaders, 'rpc' | 'receipts'>,
  height: number,
  options: CallOptions,
): Promise<Omit<ServedBlock, 'traces'>> {
  const block = await askBlock(rpc, height, options)
  return { block, receipts: await receipts.read(block, options) }
}

async function askBlock(rpc: RpcClient, height: number, options: CallOptions): Promise<RpcBlock> {
  const method = 'eth_getBlockByNumber'
  const number = `0x${height.toString(16)}`
  const answer = await rpc.call({ method, params: [number, true] }, options)
  if (answer === null) throw missing(rpc.endpoint, `block ${height}`)
  const block = checkBlock(answer, method)
  if (Number(block.number) !== height) throw badAnswer(method, 'number', block.number, number)
  return block
}

/** The error for something that a node answered `null` for. */
export function missing(endpoint: string, what: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} answered null for ${what}: it does not have it (yet, or any more), or keeps no history.`,
  )
}

/** What of a block was not screened, or not whole. Worded the same for each block, so that coverage joins them. */
export function unscreenedOf(served: ServedBlock, definition: ChainDefinition): readonly Unscreened[] {
  return [
    ...(definition.logsAllNative ? [] : tracesOf(served)),
    ...receiptsOf(served.receipts),
    ...statusOf(served),
    ...typesOf(served, definition),
    ...fieldOf(served, definition),
  ]
}

function tracesOf({ traces, block }: ServedBlock): Unscreened[] {
  const { frames } = traces
  if (frames === null)
    return [{ what: 'traces', reason: `value moved inside contract calls is not read: ${traces.reason}` }]
  // Of the transaction: as a gap of the block it would keep those of others in it open for good.
  const reason = 'the node does not trace it, the chain’s own transaction at the end of the block'
  return block.transactions
    .filter((_, index) => (frames[index] ?? null) === null)
    .map(({ hash: txHash }) => ({ what: 'traces', reason, txHash }))
}

/** Receipts that could not be had, and such as nothing in the block belongs to. */
export function receiptsOf({ absent, tooLarge, extra, repeated }: BlockReceipts): Unscreened[] {
  const row = (reason: string) => (txHash: string) => ({ what: 'receipt', reason, txHash })
  const unread = 'its logs, and without traces its value, are not read'
  return [
    ...absent.filter((hash) => !tooLarge.includes(hash)).map(row(`the node has no receipt of it: ${unread}`)),
    ...tooLarge.map(row(`its receipt is larger than \`maxResponse\`: ${unread}`)),
    ...repeated.map(
      row('the node has several receipts of it: only one is read, of success where one says so'),
    ),
    ...extra.map(row('the node has a receipt of it, and its block does not have it: it is not read')),
  ]
}

/** What is unreadable in a trace does not count here. */
const nothing = new Map()

function statusOf({ block, receipts: { all: receipts, absent }, traces }: ServedBlock): Unscreened[] {
  const { frames } = traces
  const without = new Set(absent)
  const unknown = receipts.some((receipt, index) => {
    const { status, transactionHash } = receipt
    if ((status !== undefined && status !== null) || without.has(transactionHash)) return false
    if (receipt[unreadableParts] !== undefined) return false
    return transactionAt({ block, receipts, frames, unreadable: nothing }, index)?.frames === null
  })
  if (!unknown) return []
  const reason = 'receipts from before Byzantium do not say whether a transaction succeeded'
  return [{ what: 'status', reason }]
}

function typesOf({ block }: ServedBlock, definition: ChainDefinition): Unscreened[] {
  const strange = new Set<number>()
  for (const tx of block.transactions) {
    const isKnown = isReadWhole(tx, definition) || tx.type === unreadableType
    if (!isKnown) strange.add(typeOf(tx))
  }
  return [...strange]
    .sort((a, b) => a - b)
    .map((type) => ({
      what: 'transaction-type',
      reason:
        `transactions of type 0x${type.toString(16)} may move more than their value, logs and calls show, ` +
        'which are read',
    }))
}

function fieldOf({ block }: ServedBlock, { unreadField }: ChainDefinition): Unscreened[] {
  if (unreadField === null) return []
  const content = (block as unknown as Readonly<Record<string, unknown>>)[unreadField.field]
  const empty = content === undefined || content === null || content === '' || content === '0x'
  return empty ? [] : [{ what: unreadField.field, reason: unreadField.reason }]
}
