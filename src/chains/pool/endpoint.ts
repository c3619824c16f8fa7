import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { ChainHead, ChainSource, SourceInfo } from '../source.ts'
import { type Breaker, type BreakerPauses, createBreaker } from './breaker.ts'

/** One node of a pool, with what is known of its health. Health is what it answers, not that it listens. */
export interface Endpoint {
  readonly source: ChainSource
  readonly breaker: Breaker
  /** Of `open`; `null` while it was never opened. */
  info: SourceInfo | null
  head: ChainHead | null
  /** Smoothed time of its answers. */
  latencyMs: number
  /** Why it is set aside; `null` while it is not. */
  trouble: string | null
}

export function createEndpoint(source: ChainSource, pauses?: BreakerPauses): Endpoint {
  return { source, breaker: createBreaker(pauses), info: null, head: null, latencyMs: 0, trouble: null }
}

/** How much one answer moves the smoothed latency. */
const smoothing = 0.2

/** Codes that say the endpoint itself can't be believed or used, not that it is busy. */
const graveCodes = new Set(['node-bad-answer', 'wrong-chain', 'node-auth'])

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
    endpoint.trouble = null
    return answer
  } catch (error) {
    if (signal?.aborted) throw error
    refuseEndpoint(endpoint, error, clock)
    throw error
  }
}

/** Learns from something that an endpoint did wrong. */
export function refuseEndpoint(endpoint: Endpoint, error: unknown, clock: { nowMs(): number }): void {
  endpoint.trouble = messageOf(error)
  const ours = error instanceof ChainscreenError ? error : undefined
  endpoint.breaker.failed(clock.nowMs(), {
    grave: ours !== undefined && graveCodes.has(ours.code),
    retryAfterMs: ours?.retryAfterMs,
  })
}
