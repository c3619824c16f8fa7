import type { Log } from '../../src/diagnostics/log.ts'

/** A log that remembers what it was told, as `level message`. */
export function rememberingLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const at = (level: string) => (first: unknown, second?: unknown) => {
    lines.push(`${level} ${String(second ?? first)}`)
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log: log as unknown as Log, lines }
}
