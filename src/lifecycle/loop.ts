import { setTimeout } from 'node:timers/promises'

/** Something that runs beside the rest until it is stopped. */
export interface Loop {
  /** Resolves when the loop has ended, however it did. Rejects with what a round threw. */
  readonly ended: Promise<void>
  /** Cuts a pause short, and resolves when the round under way has ended. Rejects as {@link ended}. */
  stop(): Promise<void>
}

export interface LoopOptions {
  /** Stops the loop, too. */
  signal?: AbortSignal
  /** Whether a pause keeps the process alive. Default true. */
  ref?: boolean
}

/**
 * Runs a round at once, and then again and again with pauses between. A round that throws ends the loop: what is to be tried
 * again is caught by the round itself.
 *
 * @param round returns the milliseconds to pause, or `null` to end the loop. Its signal aborts when the loop is stopped.
 */
export function startLoop(
  round: (signal: AbortSignal) => number | null | Promise<number | null>,
  options: LoopOptions = {},
): Loop {
  const stopping = new AbortController()
  const signal = AbortSignal.any([stopping.signal, ...(options.signal ? [options.signal] : [])])
  const run = async () => {
    while (!signal.aborted) {
      const pauseMs = await round(signal)
      if (pauseMs === null) return
      await pause(pauseMs, signal, options)
    }
  }
  const ended = run()
  return {
    ended,
    stop: () => {
      stopping.abort()
      return ended
    },
  }
}

/**
 * Waits until work has ended, for so many milliseconds at most, or until the signal.
 *
 * @returns whether it has ended. The work goes on otherwise.
 * @throws what the work throws.
 */
export async function endsWithin(work: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<boolean> {
  const over = new AbortController()
  const end = () => over.abort()
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  try {
    return await Promise.race([work.then(() => true), pause(ms, over.signal).then(() => false)])
  } finally {
    signal?.removeEventListener('abort', end)
    end()
  }
}

/**
 * Does work under a signal that aborts with another one, and after so many milliseconds. When the work has ended, neither is left: no
 * timer, and no listener of a signal that lives as long as the program.
 *
 * @throws what the work throws.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const end = () => controller.abort()
  outer.addEventListener('abort', end, { once: true })
  if (outer.aborted) end()
  const late = new Error(`it took longer than ${ms / 1000} seconds`)
  void pause(ms, controller.signal, { ref: false }).then(() => controller.abort(late))
  try {
    return await work(controller.signal)
  } finally {
    outer.removeEventListener('abort', end)
    end()
  }
}

/** Longer than this a timer can't be: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Resolves after so many milliseconds, 24 days at most, or as soon as the signal aborts. It never rejects: the caller checks
 * the signal. Every wait of the program is one of these; only deadlines, which end what is under way, are timers of their own.
 */
export async function pause(
  ms: number,
  signal?: AbortSignal,
  { ref = true }: LoopOptions = {},
): Promise<void> {
  await setTimeout(Math.min(ms, longestTimerMs), undefined, { ...(signal && { signal }), ref }).catch(
    () => {},
  )
}
