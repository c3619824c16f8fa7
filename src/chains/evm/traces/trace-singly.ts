import type { ChainDefinition } from '../definition.ts'
import type { CallOptions, RpcClient } from '../rpc/client.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import { type BlockFrames, type CallFrames, tracedTransactions, type UnreadTrace } from './call-frames.ts'
import { type TraceFailureKind, traceFailure } from './trace-retries.ts'
import type { SingleTracer } from './tracer.ts'

/** Transactions that are asked for at once. */
const atOnce = 4

/** What only one transaction may be the reason of; in words that go on after "its trace". */
const unreadFor: Readonly<Partial<Record<TraceFailureKind, string>>> = {
  timeout: 'takes the node too long',
  silent: 'did not come in time',
  other: 'is not available',
}

export interface SinglyOptions extends CallOptions {
  /** For one transaction, where the node takes that; twice as long is the whole block given. */
  timeoutMs: number
  clock: { nowMs(): number }
}

/**
 * Reads the traces of a block transaction by transaction, where those of the whole block can't be had: geth gives none of
 * them where one takes too long (ethereum/go-ethereum eth/tracers/api.go, traceBlock), and 60 million gas are enough for more
 * frames than an answer may hold. What can't be had then is unread of its transaction alone.
 *
 * @returns `null` where that leads nowhere: the node does not serve it, or it takes too long. All may be unread.
 * @throws ChainscreenError `aborted`.
 */
export async function traceSingly(
  rpc: RpcClient,
  tracer: SingleTracer,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
  { timeoutMs, clock, ...options }: SinglyOptions,
): Promise<BlockFrames | null> {
  const { transactions } = block
  // The chain's own transaction at the end is not asked for: nodes trace it on demand at most.
  const traced = tracedTransactions(block, definition, transactions.length - 1)
  const until = clock.nowMs() + 2 * timeoutMs
  const frames: (CallFrames | UnreadTrace | null)[] = []
  const one = async (index: number): Promise<CallFrames | UnreadTrace | null> => {
    const [tx, receipt] = [transactions[index], receipts[index]]
    if (tx === undefined || receipt === undefined) return null
    try {
      return tracer.read(await tracer.ask(rpc, tx.hash, options), tx, receipt)
    } catch (error) {
      const unread = unreadFor[traceFailure(error).kind]
      return unread === undefined ? null : { unread }
    }
  }
  for (let from = 0; from < traced; from += atOnce) {
    if (clock.nowMs() > until) return null
    const indices = Array.from({ length: Math.min(atOnce, traced - from) }, (_, i) => from + i)
    const part = await Promise.all(indices.map(one))
    // The state is gone, or there is no such method: the next ones would say the same.
    if (part.includes(null)) return null
    frames.push(...part)
  }
  return transactions.map((_, index) => frames[index] ?? null)
}
