import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { retryAfterMs } from '../../../network/retry.ts'
import type { Redactor } from '../../../privacy/redactor.ts'
import { NodeBusy, type RefusalKind, RpcRefusal, refusalKind } from './refusal.ts'

/** What is known of the call that failed. */
export interface FailedCall {
  method: string
  /** Scheme and host, safe to print. */
  endpoint: string
  redactor: Redactor
  timeoutMs: number
  aborted: boolean
}

/**
 * Our error for what viem threw. viem's own message holds the whole URL and is never passed on, nor is its error as
 * `cause`: whoever prints that prints the keys.
 */
export function nodeError(error: unknown, call: FailedCall): ChainscreenError {
  const { method, endpoint } = call
  if (call.aborted) return new ChainscreenError('aborted', `The call of ${method} was interrupted.`)
  const refused = walk(error, RpcRequestError)
  if (refused) return refusal(refused, call)
  if (walk(error, TimeoutError))
    return unreachable(call, `did not answer ${method} within ${call.timeoutMs} ms`)
  const failed = walk(error, HttpRequestError)
  // Of our HTTP client: no connection, or an answer that is too large.
  if (failed?.cause instanceof ChainscreenError) return failed.cause
  if (failed?.status !== undefined) return httpError(failed.status, call, failed.headers)
  if (failed?.cause instanceof SyntaxError)
    return new ChainscreenError(
      'node-bad-answer',
      `The node at ${endpoint} answered ${method} with something that is not JSON, or is cut short: check that ` +
        `the URL is that of a JSON-RPC node and not of a web page.`,
    )
  if (failed) return unreachable(call, `could not be asked ${method}`)
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${method} with JSON that is no JSON-RPC answer: check the URL in the config.`,
  )
}

function refusal(error: RpcRequestError, call: FailedCall): ChainscreenError {
  const rpcCode = typeof error.code === 'number' ? error.code : null
  const said = typeof error.details === 'string' ? error.details : ''
  const kind = refusalKind(rpcCode, said)
  // Some proxies answer 403 for a method they do not serve, and some nodes 400 or 500 for every error: what they say counts.
  if (error.status !== undefined && !lasting.has(kind)) return httpError(error.status, call, error.headers)
  const text = call.redactor.quote(said)
  return new RpcRefusal(
    kind,
    `The node at ${call.endpoint} refused ${call.method} with error ${rpcCode ?? 'of no code'}: ${text || '(no text)'}.${advice[kind] ?? ''}`,
    rpcCode,
  )
}

/** Kinds that say more than the HTTP status beside them. */
const lasting: ReadonlySet<RefusalKind> = new Set(['gone', 'not-yet', 'unsupported'])

const advice: Partial<Record<RefusalKind, string>> = {
  gone: ' It does not keep this so far back: use a node that does.',
}

function httpError(status: number, call: FailedCall, headers?: Headers): ChainscreenError {
  const { endpoint, method } = call
  if (status === 401 || status === 403)
    return new ChainscreenError(
      'node-auth',
      `The node at ${endpoint} refused the credentials for ${method} (HTTP ${status}): check the user, password or ` +
        `key in the URL of the config.`,
    )
  if (status === 429 || status === 503)
    return new NodeBusy(
      `The node at ${endpoint} answered ${method} with HTTP ${status}: it is busy.`,
      askedMs(headers),
    )
  if (status === 408 || status >= 500)
    return unreachable(call, `answered ${method} with HTTP ${status}`, askedMs(headers))
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${method} with HTTP ${status}: check the URL in the config.`,
  )
}

function unreachable(call: FailedCall, what: string, retryAfter?: number): ChainscreenError {
  return new ChainscreenError(
    'node-unreachable',
    `The node at ${call.endpoint} ${what}: check that it runs and that the URL in the config is right.`,
    { retryAfterMs: retryAfter },
  )
}

/** No longer than this is a node left alone, whatever it asks for. */
const longestRetryAfterMs = 3_600_000

function askedMs(headers: Headers | undefined): number | undefined {
  return retryAfterMs(headers?.get('retry-after'), Date.now(), longestRetryAfterMs)
}

function walk<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | null {
  if (!(error instanceof BaseError)) return null
  const found = error.walk((part) => part instanceof type)
  return found instanceof type ? found : null
}
