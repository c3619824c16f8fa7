import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { ChainscreenError, type ErrorCode } from '../../../errors.ts'
import { cleanNodeText } from './clean-node-text.ts'
import { RpcRefusal } from './refusal.ts'

/** What is known of the call that failed. */
export interface FailedCall {
  method: string
  /** Scheme and host, safe to print. */
  endpoint: string
  secrets: readonly string[]
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
  if (failed?.status !== undefined) return httpError(failed.status, call, failed.headers)
  if (failed?.cause instanceof SyntaxError)
    return new ChainscreenError(
      'node-bad-answer',
      `The node at ${endpoint} answered ${method} with something that is not JSON, or is cut short: check that ` +
        `the URL is that of a JSON-RPC node and not of a web page.`,
    )
  if (failed) return unreachable(call, `could not be asked ${method}${reasonOf(failed.cause)}`)
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${method} with JSON that is no JSON-RPC answer: check the URL in the config.`,
  )
}

function refusal(error: RpcRequestError, call: FailedCall): ChainscreenError {
  const rpcCode = typeof error.code === 'number' ? error.code : null
  // -32601 may come with any status: some proxies answer 403 for a method they do not serve.
  if (rpcCode !== -32601 && error.status !== undefined) return httpError(error.status, call, error.headers)
  const text = typeof error.details === 'string' ? cleanNodeText(error.details, call.secrets) : ''
  return new RpcRefusal(
    codeOf(rpcCode),
    `The node at ${call.endpoint} refused ${call.method} with error ${rpcCode ?? 'of no code'}: ${text || '(no text)'}.`,
    rpcCode,
  )
}

function codeOf(rpcCode: number | null): ErrorCode {
  // -32005 limit exceeded (EIP-1474), 429 as some providers write it: try later.
  if (rpcCode === -32005 || rpcCode === 429) return 'node-unreachable'
  // -32001 resource not found (EIP-1474), 4444 pruned history unavailable (EIP-4444, as geth and others answer).
  if (rpcCode === -32001 || rpcCode === 4444) return 'node-missing-data'
  return 'node-bad-answer'
}

function httpError(status: number, call: FailedCall, headers?: Headers): ChainscreenError {
  const { endpoint, method } = call
  if (status === 401 || status === 403)
    return new ChainscreenError(
      'node-auth',
      `The node at ${endpoint} refused the credentials for ${method} (HTTP ${status}): check the user, password or ` +
        `key in the URL of the config.`,
    )
  if (status === 408 || status === 429 || status >= 500)
    return unreachable(call, `answered ${method} with HTTP ${status}`, retryAfterMs(headers))
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${method} with HTTP ${status}: check the URL in the config.`,
  )
}

function unreachable(call: FailedCall, what: string, retryAfterMs?: number): ChainscreenError {
  return new ChainscreenError(
    'node-unreachable',
    `The node at ${call.endpoint} ${what}: check that it runs and that the URL in the config is right.`,
    { retryAfterMs },
  )
}

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3), an hour at most. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const text = headers?.get('retry-after')
  if (text === null || text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined
}

/** The system's word for a failed connection, such as ` (ECONNREFUSED)`. */
function reasonOf(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_]+$/.test(error.code))
      return ` (${error.code})`
  }
  return ''
}

function walk<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | null {
  if (!(error instanceof BaseError)) return null
  const found = error.walk((part) => part instanceof type)
  return found instanceof type ? found : null
}
