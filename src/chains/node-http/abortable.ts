import { ChainscreenError } from '../../diagnostics/errors.ts'

/** The error of a call whose signal was aborted. */
export function interrupted(cause?: unknown): ChainscreenError {
  return new ChainscreenError('aborted', 'Interrupted while waiting for a node.', { cause })
}

/** Stops waiting when the signal aborts, and leaves the work to others who wait for it. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interrupted())
  })
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
