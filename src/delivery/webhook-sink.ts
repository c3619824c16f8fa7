import { lookup as lookUp } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import { messageOf } from '../diagnostics/errors.ts'
import type { Envelope } from '../events/shapes.ts'
import { withDeadline } from '../lifecycle/loop.ts'
import { retryAfterMs } from '../network/retry.ts'
import { Redactor } from '../privacy/redactor.ts'
import { isPrivate } from './private-address.ts'
import { alertOfEvent, type Outcome, type Sink } from './sink.ts'

export interface WebhookConfig {
  url: string
  /** Signatures of all of them are sent, so that a receiver may change from one to the other. */
  secrets: readonly string[]
  /** Whether the receiver may have an address that is not public. */
  allowPrivate: boolean
}

/** Requests at the same time, each for other alerts. */
const concurrency = 8
const timeoutMs = 15_000
/** For a request and its answer, whole. */
const longestMs = 2 * timeoutMs

/** `webhook`: Standard Webhooks 1.0 (https://www.standardwebhooks.com). */
export function createWebhookSink({ url, secrets, allowPrivate }: WebhookConfig): Sink {
  const signers = secrets.map((secret) => new Webhook(secret))
  const redactor = new Redactor('node', [url])
  const agent = new Agent({
    connections: concurrency,
    connect: { timeout: timeoutMs, ...(allowPrivate ? {} : { lookup: publicOnly }) },
  })
  const post = async (event: Envelope, signal: AbortSignal): Promise<Outcome> => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(host) !== 0 && isPrivate(host)) return { kind: 'later', why: privateText(host) }
    const body = JSON.stringify(event)
    const now = new Date()
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'chainscreen',
      'webhook-id': event.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signers.map((signer) => signer.sign(event.id, now, body)).join(' '),
    }
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
    try {
      return await withDeadline(longestMs, signal, async (within) => {
        const asked = { method: 'POST', body, headers, dispatcher: agent, ...limits, signal: within } as const
        const response = await request(url, asked)
        await response.body.dump({ limit: 64 * 1024, signal: within }).catch(() => {})
        return outcomeOf(response.statusCode, response.headers['retry-after'])
      })
    } catch (error) {
      return { kind: 'later', why: reasonOf(error, url, redactor) }
    }
  }
  return {
    batch: 64,
    deliver: (events, signal) => inOrder(events, (event) => post(event, signal), concurrency),
    close: () => agent.destroy(),
  }
}

function outcomeOf(status: number, retryAfter: string | string[] | undefined): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const why = `HTTP ${status}`
  if (status === 410) return { kind: 'off', why: 'it answered 410 Gone: it wants no more events' }
  if (status === 429 || status >= 500) {
    const asked = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter
    return { kind: 'later', why, retryAfterMs: retryAfterMs(asked, Date.now()) }
  }
  return {
    kind: 'refused',
    why: status >= 300 && status < 400 ? `${why}, a redirect, which is not followed` : why,
  }
}

/**
 * Sends events of several alerts at once, and those of one alert in turn. After one that is refused, no further one of its alert is
 * sent; after one with which the sink itself failed, none at all.
 *
 * @param atOnce of so many alerts, begun in the order of the events.
 */
export async function inOrder(
  events: readonly Envelope[],
  post: (event: Envelope) => Promise<Outcome>,
  atOnce: number,
): Promise<Outcome[]> {
  const outcomes: (Outcome | undefined)[] = events.map(() => undefined)
  const lanes = new Map<string, number[]>()
  for (const [index, event] of events.entries()) {
    const lane = alertOfEvent(event) ?? `event ${event.sequence}`
    lanes.set(lane, [...(lanes.get(lane) ?? []), index])
  }
  const queue = [...lanes.values()]
  let ended: Outcome | undefined
  const work = async () => {
    for (let lane = queue.shift(); lane !== undefined; lane = queue.shift()) {
      let isRefused = false
      for (const index of lane) {
        const event = events[index]
        if (ended !== undefined || event === undefined) break
        const outcome: Outcome = isRefused ? { kind: 'behind' } : await post(event)
        outcomes[index] = outcome
        isRefused ||= outcome.kind === 'refused'
        if (outcome.kind === 'later' || outcome.kind === 'off') ended ??= outcome
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcomes.map((outcome) => outcome ?? ended ?? { kind: 'later', why: 'it was not sent' })
}

function privateText(host: string): string {
  return `${host} has an address that is not public: set \`allowPrivate: true\` if that is meant`
}

/** Looks a name up, and refuses it where it leads to an address that is not public: at the moment of the connection. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, [])
    if (found.some(({ address }) => isPrivate(address))) return callback(new Error(privateText(hostname)), [])
    if (options.all === true) return callback(null, found)
    const [first] = found
    return callback(null, first?.address ?? '', first?.family)
  })
}

/** What a connection failed with, without what of the URL may be a key. */
function reasonOf(error: unknown, url: string, redactor: Redactor): string {
  const causes = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)
  return `${new URL(url).origin}: ${redactor.redact(causes)}`
}
