import { setImmediate } from 'node:timers/promises'

/** How long a slice may keep the thread, about. */
const sliceMs = 8

/**
 * Does long work in slices, so that whoever shares the thread has a turn between them.
 *
 * @param work yields wherever it can be interrupted: every millisecond or so.
 */
export async function inSlices<T>(work: Generator<undefined, T>): Promise<T> {
  for (let until = performance.now() + sliceMs; ; ) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() < until) continue
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
