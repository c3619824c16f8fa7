import { ChainscreenError } from '../../diagnostics/errors.ts'
import { checkBlock } from './check-block.ts'
import type { ChainDefinition } from './definition.ts'
import { type Oddity, oddities } from './oddity.ts'
import type { BlockReceipts, ReceiptReader } from './read-receipts.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import type { CallOptions, RpcClient } from './rpc/client.ts'
import type { ByteTally } from './rpc/pooled-fetch.ts'
import { isUnread } from './traces/call-frames.ts'
import type { TraceReader, TracesOfBlock } from './traces/trace-reader.ts'
import type { RpcBlock } from './types.ts'

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
  // It is told of by `asked`.
  all.catch(() => {})
  const traces = readers.traces.read(block, all, readers.definition, options)
  const [receipts, read] = await Promise.all([asked, traces])
  return { block, receipts, traces: read }
}

/** What of transactions and their receipts is not understood, by the transaction's place in the block: nearly always nothing. */
export function oddTransactions({
  block: { transactions },
  receipts,
}: Pick<ServedBlock, 'block' | 'receipts'>): ReadonlyMap<number, readonly Oddity[]> {
  const odd = new Map<number, readonly Oddity[]>()
  for (const [index, tx] of transactions.entries()) {
    const all = [...(tx[oddities] ?? []), ...(receipts.all[index]?.[oddities] ?? [])]
    if (all.length > 0) odd.set(index, all)
  }
  return odd
}

/** Whether something of a transaction is not understood, as it was served. */
export function isOdd({ traces, ...served }: ServedBlock): boolean {
  const traced = traces.frames ?? []
  return (
    oddTransactions(served).size > 0 ||
    traced.some((trace) => trace !== null && (isUnread(trace) || trace.odd.length > 0))
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
