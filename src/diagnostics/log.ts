import { pino } from 'pino'
import { withoutPrivateKeys } from '../address/secret.ts'
import { aboveBars } from './stderr-lines.ts'

/** What the program has to say while it works. Always on stderr: stdout is for answers. */
export type Log = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error'>

/** How much is kept, in bytes, while it can't be written; what comes then is dropped. */
const mostKept = 8 * 1024 * 1024

/**
 * A log of JSON lines on stderr. Lines are written synchronously, so the last one before a crash is there.
 *
 * @param level `debug`, `info`, `warn` or `error`; lines have it as `level`.
 * @param options.write takes the lines in place of stderr.
 * @example
 * createLog('info').warn({ chain: 'bitcoin' }, 'bitcoin: the node is syncing')
 */
export function createLog(level: string, options: { write?: (line: string) => void } = {}): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: mostKept })
  // The disk under the log may be full: that ends no daemon that still screens. What could not be written is tried again
  // with the next line.
  destination.on('error', () => {})
  const write = aboveBars(options.write ?? ((line) => void destination.write(line)))
  const hooks = { streamWrite: withoutPrivateKeys }
  const formatters = { level: (label: string) => ({ level: label }) }
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters, hooks }, { write })
}
