import type { ChainscreenError } from '../../../diagnostics/errors.ts'
import { asAddress, badAnswer } from '../answers.ts'
import type { ChainDefinition } from '../definition.ts'
import type { CallOptions, CallTracerOptions, RpcClient } from '../rpc/client.ts'
import { type RefusalKind, RpcRefusal, refusalKind } from '../rpc/refusal.ts'
import type { RpcBlock, RpcReceipt, RpcTransaction } from '../types.ts'
import type { BlockFrames, CallFrames, UnreadTrace } from './call-frames.ts'
import { failedWith, readBlockTraces, readCallTrace } from './call-tracer.ts'
import { readTraceBlock, readTraceTransaction } from './flat-traces.ts'

/** One way to read the call traces of a block. */
export interface Tracer {
  /** In a few words, for people. */
  readonly name: string
  /** The same for one transaction: see `traceSingly`. */
  readonly single: SingleTracer
  /** The answer as it came. Rejects as {@link RpcClient.call}. */
  ask(rpc: RpcClient, block: { hash: string; number: string }, options: CallOptions): Promise<unknown>
  /**
   * Looks whether an answer for a block with transactions holds traces of this kind at all, before they are held against the
   * block: a node may ignore what it was asked for, or refuse item by item.
   *
   * @throws ChainscreenError `node-missing-data` for `null`, `node-bad-answer`, and an `RpcRefusal` where all items are errors.
   */
  inspect(answer: unknown): void
  /** @throws ChainscreenError `node-bad-answer` */
  read(
    answer: unknown,
    block: RpcBlock,
    receipts: readonly RpcReceipt[],
    definition: ChainDefinition,
  ): BlockFrames
}

/** One way to read the call trace of a transaction alone. */
export interface SingleTracer {
  /** The answer as it came. Rejects as {@link RpcClient.call}. */
  ask(rpc: RpcClient, txHash: string, options: CallOptions): Promise<unknown>
  /** @throws ChainscreenError `node-missing-data`, `node-bad-answer` where the answer is of something else. */
  read(answer: unknown, tx: RpcTransaction, receipt: RpcReceipt): CallFrames | UnreadTrace
}

/**
 * geth's callTracer, with logs in its frames. Without a timeout of ours geth gives each transaction 5 s.
 *
 * @see https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers#call-tracer
 */
export function callTracer(timeoutMs: number): Tracer {
  const method = 'debug_traceBlockByHash'
  const options = callTracerOptions(timeoutMs)
  return {
    name: 'callTracer traces',
    single: {
      ask: (rpc, txHash, call) =>
        rpc.call({ method: 'debug_traceTransaction', params: [txHash, options] }, call),
      read: readCallTrace,
    },
    ask: (rpc, { hash }, call) => rpc.call({ method, params: [hash, options] }, call),
    inspect: (answer) => {
      throwIfAll(itemsOf(answer, method), (item, index) => {
        const { result, error } = isObject(item) ? item : {}
        if (error !== undefined && error !== null && error !== '') return itemRefusal(error, index, method)
        // Besu ignores the tracer, and answers struct logs: https://github.com/besu-eth/besu/issues/8326
        const isCall =
          isObject(result) &&
          typeof result.type === 'string' &&
          asAddress(result.from) !== undefined &&
          (asAddress(result.to) !== undefined || failedWith(result.error))
        return isCall
          ? null
          : badAnswer(method, `[${index}]`, item, 'a call with its type, from and to, as of the callTracer')
      })
    },
    read: (answer, block, receipts, definition) =>
      readBlockTraces(answer, block, receipts, definition, method),
  }
}

function callTracerOptions(timeoutMs: number): CallTracerOptions {
  return { tracer: 'callTracer', timeout: `${timeoutMs}ms`, tracerConfig: { withLog: true } }
}

/**
 * OpenEthereum's trace_block, for nodes without the debug namespace. It takes no hash. An unknown height may be answered with
 * `[]`, as by anvil, and a height whose state is gone with nothing but rewards, as by Besu
 * (hyperledger/besu …/jsonrpc/internal/methods/TraceBlock.java): a block with transactions has traces.
 */
export const traceBlock: Tracer = {
  name: 'trace_block',
  single: {
    ask: (rpc, txHash, options) => rpc.call({ method: 'trace_transaction', params: [txHash] }, options),
    read: readTraceTransaction,
  },
  ask: (rpc, { number }, call) => rpc.call({ method: 'trace_block', params: [number] }, call),
  inspect: (answer) => {
    const method = 'trace_block'
    const items = itemsOf(answer, method)
    throwIfAll(items, (item, index) =>
      isObject(item) && typeof item.type === 'string' && isObject(item.action)
        ? null
        : badAnswer(method, `[${index}]`, item, 'a trace with its type and action'),
    )
    if (items.every((item) => isObject(item) && item.type === 'reward'))
      throw badAnswer(method, 'the list of traces', items, 'one for each transaction at least')
  },
  read: (answer, block, receipts, definition) =>
    readTraceBlock(answer, block, receipts, definition, 'trace_block'),
}

/** @throws ChainscreenError */
function itemsOf(answer: unknown, method: string): readonly unknown[] {
  if (answer === null) throw new RpcRefusal('not-yet', `The node answered ${method} with null.`, null)
  if (!Array.isArray(answer)) throw badAnswer(method, 'the list of traces', answer)
  if (answer.length === 0)
    throw badAnswer(method, 'the list of traces', answer, 'one for each transaction at least')
  return answer
}

/**
 * One item may be what its transaction makes of it, and is no reason to do without all of them.
 *
 * @param faultOf the fault of an item, or `null` where it is of the kind that was asked for.
 */
function throwIfAll(
  items: readonly unknown[],
  faultOf: (item: unknown, index: number) => ChainscreenError | null,
): void {
  let first: ChainscreenError | undefined
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item, index)
    if (fault === null) return
    first ??= fault
  }
  if (first !== undefined) throw first
}

/**
 * geth writes a text (eth/tracers/api.go), Erigon the object of a JSON-RPC error (rpc/jsonrpc/tracing.go). It is not repeated:
 * what it means is.
 */
function itemRefusal(error: unknown, index: number, method: string): RpcRefusal {
  const { code, message } = isObject(error) ? error : { code: undefined, message: error }
  const rpcCode = typeof code === 'number' ? code : null
  const kind = refusalKind(rpcCode, typeof message === 'string' ? message : '')
  const what = `The node answered ${method} with an error in place of transaction ${index} of the block`
  return new RpcRefusal(kind, `${what}: ${meanings[kind]}.`, rpcCode)
}

const meanings: Readonly<Record<RefusalKind, string>> = {
  gone: 'it does not keep the state for it any more',
  'not-yet': 'it does not have the state for it',
  unsupported: 'it does not have this tracer',
  busy: 'it is busy',
  timeout: 'it took too long',
  other: 'of a kind that is not known',
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
