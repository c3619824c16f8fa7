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

/** How long a circuit stays open. */
export interface BreakerPauses {
  /** After the third failure in a row; doubled with each further one. */
  firstMs: number
  /** After a lie. */
  graveMs: number
  longestMs: number
}

export const usualPauses: BreakerPauses = { firstMs: 1_000, graveMs: 60_000, longestMs: 300_000 }

/** So many failures in a row open the circuit. */
const patience = 3

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
      const tries = Math.max(0, failures - patience)
      const pause = grave ? pauses.graveMs : failures >= patience ? pauses.firstMs * 2 ** tries : 0
      openUntilMs = Math.max(openUntilMs, nowMs + Math.max(Math.min(pause, pauses.longestMs), retryAfterMs))
    },
  }
}
