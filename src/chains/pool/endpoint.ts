import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { pause } from '../../lifecycle/loop.ts'
import { type RetryPolicy, retryDelayMs } from '../../network/retry.ts'
import type { ChainHead, ChainSource, SourceInfo } from '../source.ts'

/** One node of a pool, with what is known of its health. Health is what it answers, not that it listens. */
export interface Endpoint {
  readonly source: ChainSource
  readonly breaker: Breaker
  /** Of `open`; `null` while it was never opened. */
  info: SourceInfo | null
  head: ChainHead | null
  /** Smoothed time of its answers. */
  latencyMs: number
  /** Why it is suspended; `null` while it is not. */
  failure: string | null
}

export function createEndpoint(source: ChainSource, pauses?: BreakerPauses): Endpoint {
  return { source, breaker: createBreaker(pauses), info: null, head: null, latencyMs: 0, failure: null }
}

/** How much one answer moves the smoothed latency. */
const smoothing = 0.2

/** Codes that say the endpoint itself can't be believed or used, not that it is busy. */
const distrustCodes = new Set(['node-bad-answer', 'wrong-chain', 'node-auth'])

/**
 * Asks an endpoint, and learns from how it answers. An endpoint that was never opened is opened first.
 *
 * @throws what the endpoint throws.
 */
export async function askEndpoint<T>(
  endpoint: Endpoint,
  question: (source: ChainSource) => Promise<T>,
  clock: { nowMs(): number },
  signal?: AbortSignal,
): Promise<T> {
  const started = clock.nowMs()
  try {
    endpoint.info ??= await endpoint.source.open(signal)
    const answer = await question(endpoint.source)
    endpoint.latencyMs += (clock.nowMs() - started - endpoint.latencyMs) * smoothing
    endpoint.breaker.succeeded()
    endpoint.failure = null
    return answer
  } catch (error) {
    if (signal?.aborted || isOurs(error)) throw error
    refuseEndpoint(endpoint, error, clock)
    throw error
  }
}

/** What a thread of ours did wrong says nothing of a node. */
export function isOurs(error: unknown): boolean {
  return error instanceof ChainscreenError && error.code === 'thread-lost'
}

/** Learns from something that an endpoint did wrong. */
export function refuseEndpoint(endpoint: Endpoint, error: unknown, clock: { nowMs(): number }): void {
  endpoint.failure = messageOf(error)
  const ours = error instanceof ChainscreenError ? error : undefined
  endpoint.breaker.failed(clock.nowMs(), {
    distrust: ours !== undefined && distrustCodes.has(ours.code),
    retryAfterMs: ours?.retryAfterMs,
  })
}

/** When an endpoint that fails is asked again. Pure: the clock is given. */
interface Breaker {
  /** May be asked now. After a pause one attempt is let through; its outcome decides. */
  ready(nowMs: number): boolean
  succeeded(): void
  /** @param options.distrust suspended at once: its answers are false. @param options.retryAfterMs the endpoint's own wish. */
  failed(nowMs: number, options?: { distrust?: boolean; retryAfterMs?: number | undefined }): void
  /** Milliseconds until it may be asked again; 0 = now. */
  waitMs(nowMs: number): number
}

/** How long a circuit stays open: the first pause comes after the third failure in a row. */
export interface BreakerPauses extends RetryPolicy {
  /** After a false answer. */
  distrustMs: number
}

const usualPauses: BreakerPauses = { firstMs: 1_000, distrustMs: 60_000, longestMs: 300_000 }

/** So many failures in a row open the circuit. */
const openAfter = 3

export function createBreaker(pauses: BreakerPauses = usualPauses): Breaker {
  let failures = 0
  let openUntilMs = 0
  const waitMs = (nowMs: number) => Math.max(0, openUntilMs - nowMs)
  return {
    waitMs,
    ready: (nowMs) => waitMs(nowMs) === 0,
    succeeded() {
      failures = 0
      openUntilMs = 0
    },
    failed(nowMs, { distrust = false, retryAfterMs = 0 } = {}) {
      failures++
      const usual = failures < openAfter ? 0 : retryDelayMs(pauses, failures - openAfter + 1)
      const pause = distrust ? Math.min(pauses.distrustMs, pauses.longestMs) : usual
      openUntilMs = Math.max(openUntilMs, nowMs + Math.max(pause, retryAfterMs))
    },
  }
}

/** Watches that the endpoints of one chain keep to the same final blocks. */
interface Agreement {
  /**
   * Compares the leading endpoint's final block with what the others have at that height.
   *
   * @throws `node-disagreement` when they still differ after a second look.
   */
  check(leading: Endpoint, endpoints: readonly Endpoint[], signal?: AbortSignal): Promise<void>
}

/** @param secondLookMs a node that just reorganised may answer from both sides of it for a moment. */
export function createAgreement(clock: { nowMs(): number }, secondLookMs: number): Agreement {
  let checked = -1
  /** `undefined`: one of them has no block there. */
  const differing = async (leading: Endpoint, other: Endpoint, height: number, signal?: AbortSignal) => {
    const hash = (endpoint: Endpoint) =>
      askEndpoint(endpoint, (source) => source.hashAt(height, signal), clock, signal)
    const [ours, theirs] = await Promise.all([hash(leading), hash(other)])
    if (ours === null || theirs === null) return undefined
    return ours === theirs ? null : { ours, theirs }
  }
  return {
    async check(leading, endpoints, signal) {
      const height = leading.head?.finalized ?? null
      if (height === null || height <= checked) return
      const others = endpoints.filter(
        (other) =>
          other !== leading && (other.head?.finalized ?? -1) >= height && other.breaker.ready(clock.nowMs()),
      )
      let compared = false
      for (const other of others) {
        const first = await differing(leading, other, height, signal).catch(() => undefined)
        if (first !== undefined) compared = true
        if (first === null || first === undefined) continue
        await pause(secondLookMs, signal)
        signal?.throwIfAborted()
        const second = await differing(leading, other, height, signal)
        if (second !== null && second !== undefined) throw disagreement(leading, other, height, second)
      }
      // A tag that no other node has reached was compared with nothing: it may be wrong itself.
      if (compared) checked = height
    },
  }
}

function disagreement(
  leading: Endpoint,
  other: Endpoint,
  height: number,
  hashes: { ours: string; theirs: string },
): ChainscreenError {
  return new ChainscreenError(
    'node-disagreement',
    `Two nodes report different final blocks at height ${height}: ${leading.source.endpoint} has ${hashes.ours}, ${other.source.endpoint} has ${hashes.theirs}.`,
    { details: ['One of them is not on the chain: find out which, take it out of `rpc`, and start again.'] },
  )
}
