import { messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { type Loop, startLoop } from '../../lifecycle/loop.ts'
import type { Memory } from './screening-index.ts'

/** Short beside what a large load takes; one look-up where there is none. */
const lookEveryMs = 200

/** Reads listed keys and own addresses into memory while they are being loaded, here or by another process. */
export function startReadingAhead(memory: Memory, log: Log): Loop {
  return startLoop(
    () => {
      try {
        return memory.readAhead() ? 1 : lookEveryMs
      } catch (error) {
        // They are read when they count: only later, and all at once.
        log.debug(`what is being loaded could not be read ahead: ${messageOf(error)}`)
        return lookEveryMs
      }
    },
    { ref: false },
  )
}
