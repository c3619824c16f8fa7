import { createClient, http, rpcSchema } from 'viem'
import { ChainscreenError, redactUrl } from '../../../errors.ts'
import { Redactor } from '../../../redactor.ts'
import { defaultMaxResponse, maxSmallAnswer } from '../../answer-limits.ts'
import { badAnswer } from './bad-answer.ts'
import { nodeError } from './node-error.ts'
import { type AnswerBounds, type ByteTally, PooledFetch } from './pooled-fetch.ts'
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
  const pool = new PooledFetch(url)

  // A client costs microseconds, and is the only place where viem lets one answer's size be told from another's.
  const clientFor = (tally: ByteTally, bounds: AnswerBounds) =>
    createClient({
      rpcSchema: rpcSchema<ChainscreenRpcSchema>(),
      transport: http(url, {
        fetchFn: pool.counting(tally, bounds),
        retryCount: 0,
        timeout: timeoutMs,
        // Bounded by the pool; reading a bounded body in viem is slower.
        maxResponseBodySize: false,
      }),
    })

  return {
    endpoint,
    redactor,
    async call(call, { signal, tally = { bytes: 0 } } = {}) {
      let result: unknown
      const { method } = call
      const maxBytes = isSmall(call) ? Math.min(maxResponse, maxSmallAnswer) : maxResponse
      try {
        result = await clientFor(tally, { method, maxBytes }).request(call, signal ? { signal } : undefined)
      } catch (error) {
        const aborted = signal?.aborted ?? false
        throw nodeError(error, { method, endpoint, redactor, timeoutMs, aborted })
      }
      if (result === undefined) throw badAnswer(method, 'result', undefined)
      return result
    },
    close: () => pool.close(),
  }
}
