import { once as event } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { WriteTurns } from '../ledger/write-turns.ts'
import type { Loader, LoaderOptions } from './loader.ts'
import { errorOf, type FromLoader, type LoaderStart, loaderThread, type ToLoader } from './messages.ts'

/** Node 20 has no TypeScript: tests, which run from src/, have the thread that was built. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/threads/loader-worker.js' : './loader-worker.js',
  import.meta.url,
)

export interface LoaderThreadOptions extends Omit<LoaderOptions, 'now'> {
  /** Those of the main thread's connection. */
  turns: WriteTurns
}

/**
 * Starts a loader in a thread of its own. A thread that ends by itself is not started again: the daemon ends with `thread-lost`,
 * so that no list stays old without anybody noticing, and whoever keeps the daemon running starts it again.
 */
export function startLoaderThread(config: Config, options: LoaderThreadOptions): Loader {
  const { log, once, signal, turns } = options
  const start: LoaderStart = { config, once, turns: turns.memory }
  const worker = new Worker(entry, { workerData: start, name: 'chainscreen loader' })
  const ready = deferred<void>()
  const lost = deferred<never>()
  const failed = new AbortController()
  const asked = new Map<number, Deferred<void>>()
  let ids = 0
  let isStopped = false
  const ended = event(worker, 'exit')
  for (const promise of [ready.promise, lost.promise, ended]) promise.catch(() => {})

  const lose = (why: string) => {
    turns.forget(loaderThread)
    if (failed.signal.aborted) return
    const error = new ChainscreenError(
      'thread-lost',
      `The thread that loads lists and re-screens stored history ended by itself (${why}): the daemon stops, since its lists would get old. Start it again; what was under way goes on then.`,
    )
    failed.abort()
    for (const promise of [ready, lost, ...asked.values()]) promise.reject(error)
    asked.clear()
  }
  worker.on('error', (error) => lose(messageOf(error)))
  worker.on('exit', (code) => {
    if (!isStopped) lose(`exit code ${code}`)
  })
  worker.on('message', (message: FromLoader) => {
    if (message.type === 'log') return log[message.level](...(message.line as [string]))
    const waiting = message.type === 'ready' ? ready : asked.get(message.id)
    if (message.type === 'done') asked.delete(message.id)
    if (message.error === null) waiting?.resolve()
    else waiting?.reject(errorOf(message.error))
  })
  const post = (message: ToLoader) => worker.postMessage(message)
  const ask = (message: (id: number) => ToLoader): Promise<void> => {
    if (failed.signal.aborted) return lost.promise
    const answer = deferred<void>()
    const id = ids++
    asked.set(id, answer)
    post(message(id))
    return answer.promise
  }
  const abort = () => post({ type: 'abort' })
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return {
    ready: ready.promise,
    signal: failed.signal,
    lost: lost.promise,
    widen: (windows, replay) => ask((id) => ({ type: 'widen', id, windows, replay })),
    async stop({ finish }) {
      if (failed.signal.aborted) return
      try {
        await ask((id) => ({ type: 'stop', id, finish }))
      } finally {
        isStopped = true
        signal.removeEventListener('abort', abort)
        await ended
      }
    },
  }
}

interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
}

/** `Promise.withResolvers`, which Node has from 22 on. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...(settle as Omit<Deferred<T>, 'promise'>) }
}
