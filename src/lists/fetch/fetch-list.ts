import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ChainscreenError, redactUrl } from '../../diagnostics/errors.ts'
import { pause } from '../../lifecycle/loop.ts'
import { jitteredDelayMs, retryAfterMs } from '../../network/retry.ts'
import { ask, validatorsOf } from './ask.ts'
import { Connections } from './connections.ts'
import { decodeBody } from './decode-body.ts'
import { download, refused } from './download.ts'
import { FetchFailure, onDisk } from './fetch-failure.ts'
import { type DownloadPolicy, type FetchRequest, type FetchResult, usualDownloadPolicy } from './types.ts'

/**
 * Downloads a list: conditional, bounded, and with as many attempts as the policy allows.
 *
 * @param options.onFailure called for each failed attempt that is followed by another.
 * @throws FetchFailure of the last attempt, or ChainscreenError `aborted`.
 */
export async function fetchList(
  request: FetchRequest,
  options: { policy?: DownloadPolicy; onFailure?: (error: FetchFailure, pauseMs: number) => void } = {},
): Promise<FetchResult> {
  const policy = options.policy ?? usualDownloadPolicy
  const connections = new Connections(policy, request.redactor)
  try {
    for (let failed = 1; ; failed++) {
      try {
        return await attempt(request, connections)
      } catch (error) {
        if (!(error instanceof FetchFailure) || !error.again) throw error
        const pauseMs = jitteredDelayMs(policy, failed, error.retryAfterMs, Math.random())
        if (pauseMs === null) throw afterAttempts(error, failed)
        options.onFailure?.(error, pauseMs)
        await pause(pauseMs, request.signal)
        if (request.signal?.aborted)
          throw new ChainscreenError('aborted', 'Stopped before the list was loaded.')
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

/**
 * One try to download a list, from the configured URL on: what a redirect led to before is not remembered.
 *
 * @throws FetchFailure, or ChainscreenError `aborted` or `disk`.
 */
async function attempt(request: FetchRequest, connections: Connections): Promise<FetchResult> {
  const deadline = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline])
  const path = join(request.folder, `.${randomUUID()}.part`)
  const file = await onDisk(request.folder, async () => {
    await mkdir(request.folder, { recursive: true, mode: 0o700 })
    return open(path, 'wx', 0o600)
  })
  try {
    const answer = await ask(new URL(request.url), request, connections, signal)
    if (answer.status === 304 && answer.conditional) {
      await answer.body.dump()
      await rm(path, { force: true })
      return { state: 'not-modified', status: 304 }
    }
    if (answer.status !== 200) {
      throw refused(answer, retryAfterMs(answer.header('retry-after'), Date.now()))
    }
    const whole = await download(answer, file, request, connections, signal)
    return {
      state: 'fetched',
      status: 200,
      path: await decodeBody(whole, path, request),
      validators: validatorsOf(whole, request),
    }
  } catch (error) {
    await rm(path, { force: true })
    if (error instanceof ChainscreenError) throw error
    if (request.signal?.aborted) throw new ChainscreenError('aborted', 'Stopped before the list was loaded.')
    if (!deadline.aborted) throw error
    throw new FetchFailure(
      `${redactUrl(request.url)} took longer than ${request.timeoutMs / 1000} seconds (\`timeout\` of the list).`,
      { again: true, cause: error },
    )
  } finally {
    await file.close()
  }
}
