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

/** So many failures in a row open the circuit. */
const patience = 3
const firstPauseMs = 1_000
const gravePauseMs = 60_000
const longestPauseMs = 300_000

export function createBreaker(): Breaker {
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
      const pause = grave ? gravePauseMs : failures >= patience ? firstPauseMs * 2 ** tries : 0
      openUntilMs = Math.max(openUntilMs, nowMs + Math.max(Math.min(pause, longestPauseMs), retryAfterMs))
    },
  }
}
