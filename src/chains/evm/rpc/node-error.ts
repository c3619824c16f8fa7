import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { retryAfterMs } from '../../../network/retry.ts'
import type { Redactor } from '../../../privacy/redactor.ts'
import type { RpcAnswer, RpcReply } from '../../node-http/json-rpc.ts'
import { NodeBusy, type RefusalKind, RpcRefusal, refusalKind } from './refusal.ts'

/** The call that failed. */
export interface FailedCall {
  method: string
  /** Scheme and host, safe to print. */
  endpoint: string
  redactor: Redactor
}

/**
 * Our error for an answer without a result.
 *
 * @param reply to this call; `null`: the answer has none.
 */
export function nodeError(answer: RpcAnswer, reply: RpcReply | null, call: FailedCall): ChainscreenError {
  const { method, endpoint } = call
  if (reply !== null && 'error' in reply) return refusal(reply.error, answer, call)
  if (!isSuccess(answer)) return httpError(answer, call)
  const advice = answer.isJson
    ? 'JSON that is no JSON-RPC answer: check the URL in the config.'
    : 'something that is not JSON, or is cut short: check that the URL is that of a JSON-RPC node and not of a web page.'
  return new ChainscreenError('node-bad-answer', `The node at ${endpoint} answered ${method} with ${advice}`)
}

/** Whether HTTP says that the call succeeded. */
export function isSuccess({ status }: Pick<RpcAnswer, 'status'>): boolean {
  return status >= 200 && status < 300
}

function refusal(
  error: { code: number | null; message: string },
  answer: RpcAnswer,
  call: FailedCall,
): ChainscreenError {
  const kind = refusalKind(error.code, error.message)
  // Some proxies answer 403 for a method they do not serve, and some nodes 400 or 500 for every error: what they say counts.
  if (!isSuccess(answer) && !lasting.has(kind)) return httpError(answer, call)
  const text = call.redactor.quote(error.message)
  return new RpcRefusal(
    kind,
    `The node at ${call.endpoint} refused ${call.method} with error ${error.code ?? 'of no code'}: ${text || '(no text)'}.${advice[kind] ?? ''}`,
    error.code,
  )
}

/** Kinds that say more than the HTTP status beside them. */
const lasting: ReadonlySet<RefusalKind> = new Set(['gone', 'not-yet', 'unsupported'])

const advice: Partial<Record<RefusalKind, string>> = {
  gone: ' It does not keep this so far back: use a node that does.',
}

/** No longer than this is a node left alone, whatever it asks for. */
const longestRetryAfterMs = 3_600_000

function httpError({ status, retryAfter }: RpcAnswer, { endpoint, method }: FailedCall): ChainscreenError {
  const askedMs = retryAfterMs(retryAfter, Date.now(), longestRetryAfterMs)
  if (status === 401 || status === 403)
    return new ChainscreenError(
      'node-auth',
      `The node at ${endpoint} refused the credentials for ${method} (HTTP ${status}): check the user, password or ` +
        `key in the URL of the config.`,
    )
  if (status === 429 || status === 503)
    return new NodeBusy(
      `The node at ${endpoint} answered ${method} with HTTP ${status}: it is busy.`,
      askedMs,
    )
  if (status === 408 || status >= 500)
    return new ChainscreenError(
      'node-unreachable',
      `The node at ${endpoint} answered ${method} with HTTP ${status}: check that it runs and that the URL in the config is right.`,
      { retryAfterMs: askedMs },
    )
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} answered ${method} with HTTP ${status}: check the URL in the config.`,
  )
}
