import { setImmediate } from 'node:timers/promises'

/** How long a slice may keep the thread, about. */
const sliceMs = 8

/**
 * Does long work in slices, so that whoever shares the thread has a turn between them.
 *
 * @param work yields wherever it can be interrupted: every millisecond or so.
 */
export async function inSlices<T>(work: Generator<undefined, T>): Promise<T> {
  for (const turn = takingTurns(); ; ) {
    const { done, value } = work.next()
    if (done) return value
    await turn()
  }
}

/** @returns to be awaited between two steps: whoever shares the thread has a turn then, where the last one was a slice ago. */
export function takingTurns(): () => Promise<void> {
  let until = performance.now() + sliceMs
  return async () => {
    if (performance.now() < until) return
    await setImmediate()
    until = performance.now() + sliceMs
  }
}

/** Does the same work without interruption. */
export function atOnce<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
