import { setTimeout } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Memory } from './memory.ts'

/** Short beside what a large load takes; one look-up where there is none. */
const lookEveryMs = 200

/** Reads listed keys and own addresses into memory while they are being loaded, here or by another process. @returns stops. */
export function keepReadingAhead(memory: Memory, log: Log): () => Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  const work = keepOn()

  async function keepOn(): Promise<void> {
    while (!signal.aborted) {
      let more = false
      try {
        more = memory.readAhead()
      } catch (error) {
        // They are read when they count: only later, and all at once.
        log.debug(`what is being loaded could not be read ahead: ${messageOf(error)}`)
      }
      await setTimeout(more ? 1 : lookEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  return async () => {
    stop.abort()
    await work
  }
}
