import { createClient, http, rpcSchema } from 'viem'
import { ChainscreenError, redactUrl } from '../../../diagnostics/errors.ts'
import { Redactor } from '../../../privacy/redactor.ts'
import { AnswerTooLarge, defaultMaxResponse, maxSmallAnswer } from '../../answer-limits.ts'
import { badAnswer } from '../answers.ts'
import { nodeError } from './node-error.ts'
import { type AnswerBounds, type ByteTally, PooledFetch } from './pooled-fetch.ts'
import { RpcRefusal } from './refusal.ts'
import type { ChainscreenRpcSchema, RpcCall, RpcMethod } from './schema.ts'

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Where to add the size of the answer. */
  tally?: ByteTally
}

/** One JSON-RPC endpoint. */
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
  const pool = new PooledFetch(url, { timeoutMs, maxResponse })

  // A client costs microseconds, and is the only place where viem lets one answer's size be told from another's.
  const clientFor = (tally: ByteTally, bounds: AnswerBounds, batchSize?: number) =>
    createClient({
      rpcSchema: rpcSchema<ChainscreenRpcSchema>(),
      transport: http(url, {
        ...(batchSize !== undefined && { batch: { batchSize, wait: 0 } }),
        fetchFn: pool.counting(tally, bounds),
        retryCount: 0,
        timeout: timeoutMs,
        // Bounded by the pool; reading a bounded body in viem is slower.
        maxResponseBodySize: false,
      }),
    })

  const ask = async (client: ReturnType<typeof clientFor>, call: RpcCall, signal?: AbortSignal) => {
    let result: unknown
    try {
      result = await client.request(call, signal ? { signal } : undefined)
    } catch (error) {
      const aborted = signal?.aborted ?? false
      throw nodeError(error, { method: call.method, endpoint, redactor, timeoutMs, aborted })
    }
    if (result === undefined) throw badAnswer(call.method, 'result', undefined)
    return result
  }
  const orRefusal = (error: unknown) => {
    if (error instanceof RpcRefusal || error instanceof AnswerTooLarge) return error
    throw error
  }

  return {
    endpoint,
    redactor,
    call: (call, { signal, tally = { bytes: 0 } } = {}) => {
      const maxBytes = isSmall(call) ? Math.min(maxResponse, maxSmallAnswer) : maxResponse
      return ask(clientFor(tally, { method: call.method, maxBytes }), call, signal)
    },
    async callAll(calls, { signal, tally = { bytes: 0 } } = {}) {
      const [first] = calls
      if (first === undefined) return []
      const bounds = { method: first.method, maxBytes: maxResponse }
      try {
        const client = clientFor(tally, bounds, calls.length)
        const answers = await Promise.all(calls.map((call) => ask(client, call, signal).catch(orRefusal)))
        // A batch that is answered with nothing but errors, or with HTTP 4xx, may be one that the node does not take; or too large.
        if (!answers.every((answer) => answer instanceof Error)) return answers
      } catch (error) {
        const isTaken = !(error instanceof ChainscreenError) || error.code !== 'node-bad-answer'
        if (isTaken || signal?.aborted) throw error
      }
      const answers: unknown[] = []
      for (const call of calls)
        answers.push(await ask(clientFor(tally, bounds), call, signal).catch(orRefusal))
      return answers
    },
    close: () => pool.close(),
  }
}
