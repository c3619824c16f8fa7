import { setTimeout } from 'node:timers/promises'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { jitteredDelayMs } from '../../network/retry.ts'
import { attempt } from './attempt.ts'
import { Connections } from './connections.ts'
import { FetchFailure } from './fetch-failure.ts'
import { type DownloadPolicy, type FetchRequest, type FetchResult, usualDownloadPolicy } from './types.ts'

/**
 * Downloads a list: conditional, bounded, and with as many attempts as the policy allows.
 *
 * @param options.onTrouble told of each failed attempt that is followed by another.
 * @throws FetchFailure of the last attempt, or ChainscreenError `aborted`.
 */
export async function fetchList(
  request: FetchRequest,
  options: { policy?: DownloadPolicy; onTrouble?: (error: FetchFailure, pauseMs: number) => void } = {},
): Promise<FetchResult> {
  const policy = options.policy ?? usualDownloadPolicy
  const connections = new Connections(policy, request.redactor)
  try {
    for (let failed = 1; ; failed++) {
      try {
        return await attempt(request, connections)
      } catch (error) {
        if (!(error instanceof FetchFailure) || !error.again) throw error
        const pause = jitteredDelayMs(policy, failed, error.retryAfterMs, Math.random())
        if (pause === null) throw afterAttempts(error, failed)
        options.onTrouble?.(error, pause)
        await setTimeout(pause, undefined, request.signal ? { signal: request.signal } : {}).catch(() => {
          throw new ChainscreenError('aborted', 'Stopped before the list was loaded.')
        })
      }
    }
  } finally {
    await connections.destroy()
  }
}

function afterAttempts(error: FetchFailure, attempts: number): FetchFailure {
  if (attempts === 1) return error
  return new FetchFailure(`${error.message} That was the last of ${attempts} attempts.`, {
    again: true,
    status: error.status,
    retryAfterMs: error.retryAfterMs,
    cause: error,
  })
}
