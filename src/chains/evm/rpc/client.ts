import { createClient, http, rpcSchema } from 'viem'
import { ChainscreenError, redactUrl } from '../../../errors.ts'
import { Redactor } from '../../../redactor.ts'
import { badAnswer } from './bad-answer.ts'
import { nodeError } from './node-error.ts'
import { type ByteTally, PooledFetch } from './pooled-fetch.ts'
import type { ChainscreenRpcSchema, RpcCall } from './schema.ts'

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

/** @throws ChainscreenError `config` when the URL is not one of http or https. */
export function createRpcClient(
  url: string,
  timeoutMs: number,
  redactor = new Redactor('node', [url]),
): RpcClient {
  const endpoint = redactUrl(url)
  if (!/^https?:\/\/[^/]/i.test(endpoint))
    throw new ChainscreenError(
      'config',
      `The URL of an EVM node must begin with http:// or https://, not ${endpoint}.`,
    )
  const pool = new PooledFetch(url)

  // A client costs microseconds, and is the only place where viem lets one answer's size be told from another's.
  const clientFor = (tally: ByteTally) =>
    createClient({
      rpcSchema: rpcSchema<ChainscreenRpcSchema>(),
      transport: http(url, {
        fetchFn: pool.counting(tally),
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
      try {
        result = await clientFor(tally).request(call, signal ? { signal } : undefined)
      } catch (error) {
        const aborted = signal?.aborted ?? false
        throw nodeError(error, { method: call.method, endpoint, redactor, timeoutMs, aborted })
      }
      if (result === undefined) throw badAnswer(call.method, 'result', undefined)
      return result
    },
    close: () => pool.close(),
  }
}
