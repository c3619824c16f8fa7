import { type RetryPolicy, retryDelayMs } from '../../network/retry.ts'

/** When an endpoint that fails is asked again. Pure: the clock is given. */
export interface Breaker {
  /** May be asked now. After a pause one attempt is let through; its outcome decides. */
  ready(nowMs: number): boolean
  succeeded(): void
  /** @param options.grave set aside at once: it lied. @param options.retryAfterMs the endpoint's own wish. */
  failed(nowMs: number, options?: { grave?: boolean; retryAfterMs?: number | undefined }): void
  /** Milliseconds until it may be asked again; 0 = now. */
  waitMs(nowMs: number): number
}

/** How long a circuit stays open: the first pause comes after the third failure in a row. */
export interface BreakerPauses extends RetryPolicy {
  /** After a lie. */
  graveMs: number
}

export const usualPauses: BreakerPauses = { firstMs: 1_000, graveMs: 60_000, longestMs: 300_000 }

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
    failed(nowMs, { grave = false, retryAfterMs = 0 } = {}) {
      failures++
      const usual = failures < openAfter ? 0 : retryDelayMs(pauses, failures - openAfter + 1)
      const pause = grave ? Math.min(pauses.graveMs, pauses.longestMs) : usual
      openUntilMs = Math.max(openUntilMs, nowMs + Math.max(pause, retryAfterMs))
    },
  }
}
