import { ChainscreenError, redactUrl } from '../../../diagnostics/errors.ts'
import { Redactor } from '../../../privacy/redactor.ts'
import { AnswerTooLarge, defaultMaxResponse, maxSmallAnswer } from '../../answer-limits.ts'
import { JsonRpcClient, type RpcAnswer, type RpcReply } from '../../node-http/json-rpc.ts'
import { NodeClient } from '../../node-http/node-client.ts'
import { isSuccess, nodeError } from './node-error.ts'
import { RpcRefusal } from './refusal.ts'

/**
 * The calls this program makes. Answers are `unknown`: what a node says is believed only after its shape was checked.
 *
 * @see https://ethereum.github.io/execution-apis/
 */
export type RpcCall =
  | { method: 'eth_chainId' | 'eth_syncing' | 'web3_clientVersion'; params: [] }
  /** By height or tag; `true`: with whole transactions. */
  | { method: 'eth_getBlockByNumber'; params: [block: string, full: boolean] }
  | { method: 'eth_getBlockByHash'; params: [hash: string, full: boolean] }
  /** Takes a height, a tag or a hash; only ever asked by hash. */
  | { method: 'eth_getBlockReceipts'; params: [hash: string] }
  | { method: 'eth_getTransactionReceipt'; params: [hash: string] }
  | {
      method: 'debug_traceBlockByHash' | 'debug_traceTransaction'
      params: [hash: string, options: CallTracerOptions]
    }
  /** The whole mempool: https://geth.ethereum.org/docs/interacting-with-geth/rpc/ns-txpool#txpool-content */
  | { method: 'txpool_content'; params: [] }
  | { method: 'eth_getLogs'; params: [filter: LogFilter] }
  /** At a tag, or by a block's hash (EIP-1898). */
  | {
      method: 'eth_call'
      params: [call: { to: string; data: string }, block: string | { blockHash: string }]
    }
  | { method: 'eth_getCode'; params: [address: string, block: string] }
  /** By height: the answer must be held against the block. */
  | { method: 'trace_block'; params: [height: string] }
  | { method: 'trace_transaction'; params: [hash: string] }

export type RpcMethod = RpcCall['method']

interface LogFilter {
  address: readonly string[]
  topics: readonly (readonly string[])[]
  fromBlock: string
  toBlock: string
}

/** https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers#call-tracer */
export interface CallTracerOptions {
  tracer: 'callTracer'
  /** A Go duration, for each transaction. */
  timeout: string
  tracerConfig: { withLog: boolean }
}

/** Counts the bytes of the bodies a node sent. */
export interface ByteTally {
  bytes: number
}

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Where to add the size of the answer. */
  tally?: ByteTally
}

/** One EVM node. */
export interface RpcClient {
  /** Scheme and host, safe to print. */
  readonly endpoint: string
  /** For text that the node wrote. */
  readonly redactor: Redactor
  /**
   * The `result` of one call, `null` included, never `undefined`. Asked once: who calls decides what to try again.
   *
   * @throws ChainscreenError `node-unreachable`, `node-auth`, `node-missing-data`, `node-bad-answer`, `aborted`;
   * an `RpcRefusal` where the node itself answered with an error.
   */
  call(call: RpcCall, options?: CallOptions): Promise<unknown>
  /**
   * Several calls in one batch (https://www.jsonrpc.org/specification#batch), or one after the other where the node takes
   * none, or where the answers of a batch are too large together. Of a call that the node refused its `RpcRefusal` is the
   * answer, and of one whose answer is too large alone its `AnswerTooLarge`.
   *
   * @throws ChainscreenError as {@link call}, but for refusals.
   */
  callAll(calls: readonly RpcCall[], options?: CallOptions): Promise<unknown[]>
  close(): Promise<void>
}

/** What is answered with a handful of values. */
const smallAnswers: ReadonlySet<RpcMethod> = new Set([
  ...(['eth_chainId', 'eth_syncing', 'web3_clientVersion', 'eth_call', 'eth_getCode'] as const),
])

/** A block without its transactions is a head, or a step on the way back through a reorg. */
function isSmall({ method, params }: RpcCall): boolean {
  const isBlock = method === 'eth_getBlockByNumber' || method === 'eth_getBlockByHash'
  return smallAnswers.has(method) || (isBlock && params[1] === false)
}

/**
 * @param timeoutMs how long one call may take, its answer included.
 * @param options.maxResponse most bytes of an answer. Default: 64 MB.
 * @throws ChainscreenError `config` when the URL is not one of http or https.
 */
export function createRpcClient(
  url: string,
  timeoutMs: number,
  options: { redactor?: Redactor | undefined; maxResponse?: number | undefined } = {},
): RpcClient {
  const { redactor = new Redactor('node', [url]), maxResponse = defaultMaxResponse } = options
  const endpoint = redactUrl(url)
  if (!/^https?:\/\/[^/]/i.test(endpoint))
    throw new ChainscreenError(
      'config',
      `The URL of an EVM node must begin with http:// or https://, not ${endpoint}.`,
    )
  const limits = { timeoutMs, timeLimitMs: timeoutMs, connections: null, maxResponse }
  const node = new NodeClient({ url, redactor, ...limits, asksAgain: false })
  const rpc = new JsonRpcClient(node)

  const resultOf = (answer: RpcAnswer, reply: RpcReply | null, method: RpcMethod): unknown => {
    if (reply !== null && 'result' in reply && isSuccess(answer)) return reply.result
    throw nodeError(answer, reply, { method, endpoint, redactor })
  }
  const ask = async (call: RpcCall, maxBytes: number, { signal, tally }: CallOptions) => {
    const answer = await rpc.call(call, { maxBytes, signal })
    if (tally !== undefined) tally.bytes += answer.received
    return resultOf(answer, answer.reply, call.method)
  }
  const askBatch = async (calls: readonly RpcCall[], { signal, tally }: CallOptions) => {
    const answer = await rpc.batch(calls, { maxBytes: maxResponse, signal })
    if (tally !== undefined) tally.bytes += answer.received
    return Promise.all(
      calls
        .map(async ({ method }, at) => resultOf(answer, answer.replies[at] ?? answer.reply, method))
        .map(orRefusal),
    )
  }

  return {
    endpoint,
    redactor,
    call: (call, callOptions = {}) =>
      ask(call, isSmall(call) ? Math.min(maxResponse, maxSmallAnswer) : maxResponse, callOptions),
    async callAll(calls, callOptions = {}) {
      if (calls.length === 0) return []
      try {
        const answers = await askBatch(calls, callOptions)
        // A batch that is answered with nothing but errors, or with HTTP 4xx, may be one that the node does not take; or too large.
        if (!answers.every((answer) => answer instanceof Error)) return answers
      } catch (error) {
        const isTaken = !(error instanceof ChainscreenError) || error.code !== 'node-bad-answer'
        if (isTaken || callOptions.signal?.aborted) throw error
      }
      const answers: unknown[] = []
      for (const call of calls) answers.push(await orRefusal(ask(call, maxResponse, callOptions)))
      return answers
    },
    close: () => node.close(),
  }
}

function orRefusal(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => {
    if (error instanceof RpcRefusal || error instanceof AnswerTooLarge) return error
    throw error
  })
}
