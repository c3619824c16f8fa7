import { pino } from 'pino'

/** What the program has to say while it works. Always on stderr: stdout is for answers. */
export type Log = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error'>

/** JSON lines on stderr, written at once: the last line before a crash is there. */
export function createLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
