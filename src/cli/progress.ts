import { MultiBar, type SingleBar } from 'cli-progress'
import type { Log } from '../diagnostics/log.ts'

/** Shows how far long work has come: bars on a terminal, a log line now and then elsewhere. */
export interface Progress {
  update(name: string, done: number, total: number): void
  stop(): void
}

const logEveryMs = 10_000

export function createProgress(log: Log): Progress {
  return process.stderr.isTTY ? barProgress() : logProgress(log)
}

function barProgress(): Progress {
  const bars = new Map<string, SingleBar>()
  const all = new MultiBar({
    format: '{name} [{bar}] {value}/{total} {percentage}%',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: false,
  })
  return {
    update(name, done, total) {
      const bar = bars.get(name) ?? all.create(total, done, { name })
      bars.set(name, bar)
      bar.setTotal(total)
      bar.update(done, { name })
    },
    stop: () => all.stop(),
  }
}

function logProgress(log: Log): Progress {
  const said = new Map<string, number>()
  return {
    update(name, done, total) {
      const before = said.get(name)
      if (before !== undefined && Date.now() - before < logEveryMs && done < total) return
      said.set(name, Date.now())
      log.info({ done, total }, `${name}: ${done} of ${total}`)
    },
    stop: () => {},
  }
}
