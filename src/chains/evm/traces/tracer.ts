import type { ChainDefinition } from '../definitions/definition.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { CallOptions, RpcClient } from '../rpc/client.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import type { BlockFrames } from './block-frames.ts'
import { readBlockTraces } from './read-block-traces.ts'
import { readTraceBlock } from './read-trace-block.ts'

/** One way to read the call traces of a block. */
export interface Tracer {
  /** In a few words, for people. */
  readonly name: string
  /** The answer as it came, or `null` where the node does not know the block. Rejects as {@link RpcClient.call}. */
  ask(rpc: RpcClient, block: { hash: string; number: string }, options: CallOptions): Promise<unknown>
  /** @throws ChainscreenError `node-bad-answer` */
  read(
    answer: unknown,
    block: RpcBlock,
    receipts: readonly RpcReceipt[],
    definition: ChainDefinition,
  ): BlockFrames
}

/**
 * geth's callTracer, with logs in its frames. Without a timeout of ours geth gives each transaction 5 s.
 *
 * @see https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers#call-tracer
 */
export function callTracer(timeoutMs: number): Tracer {
  const method = 'debug_traceBlockByHash'
  const options = {
    tracer: 'callTracer',
    timeout: `${timeoutMs}ms`,
    tracerConfig: { withLog: true },
  } as const
  return {
    name: 'callTracer traces',
    ask: (rpc, { hash }, call) => rpc.call({ method, params: [hash, options] }, call),
    read: (answer, block, receipts, definition) =>
      readBlockTraces(answer, block, receipts, definition, method),
  }
}

/**
 * OpenEthereum's trace_block, for nodes without the debug namespace. It takes no hash. An unknown height may be
 * answered with `[]`, as by anvil: a block with transactions has traces.
 */
export const traceBlock: Tracer = {
  name: 'trace_block',
  ask: async (rpc, { number }, call) => {
    const answer = await rpc.call({ method: 'trace_block', params: [number] }, call)
    if (Array.isArray(answer) || answer === null) return answer
    throw badAnswer('trace_block', 'the list of traces', answer)
  },
  read: (answer, block, receipts, definition) =>
    readTraceBlock(answer, block, receipts, definition, 'trace_block'),
}
