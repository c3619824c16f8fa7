import { Worker } from 'node:worker_threads'
import type { ChainConditions } from '../chains/watchdog.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { WriteTurns } from '../ledger/write-turns.ts'
import { pause, startLoop } from '../lifecycle/loop.ts'
import type { ServerSettings } from '../server/context.ts'
import { errorOf, type FromServer, type ServerStart, serverThread, type ToServer } from './messages.ts'

/** Node 20 has no TypeScript: tests, which run from src/, have the thread that was built. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/threads/server-worker.js' : './server-worker.js',
  import.meta.url,
)

export interface ServerThreadOptions {
  database: string
  /** Nothing in it is a credential of a node or a list. */
  settings: ServerSettings
  conditions: ChainConditions
  log: Log
  /** Those of the main thread's connection. */
  turns: WriteTurns
}

export interface ServerThread {
  readonly url: string
  /** The lists are loaded: from now on an address can be clear. */
  started(): void
  close(): Promise<void>
}

/** How often the thread hears how it goes with the chains. */
const tellMs = 250
/** How long after it ended by itself it is started again. */
const againMs = 1_000

/**
 * Serves the API in a thread of its own, with a connection of its own: nothing that the main thread does holds up an answer. If the
 * thread ends by itself it is started again, at the same port.
 *
 * @throws ChainscreenError as `startServer`.
 */
export async function startServerThread(options: ServerThreadOptions): Promise<ServerThread> {
  const { conditions, log, turns } = options
  let isStarted = false
  let isClosed = false
  let worker: Worker
  /** Of the thread that was started last. */
  let ended: Promise<unknown>
  let told = ''
  /** With the port that it listens at; `null`: it never did. */
  let bound: ServerSettings | null = null
  const post = (message: ToServer) => worker.postMessage(message)
  const tell = () => {
    const all = conditions.all()
    const text = JSON.stringify([all, isStarted])
    if (text !== told) post({ type: 'state', conditions: all, isStarted })
    told = text
  }

  const again = (settings: ServerSettings) => {
    log.error('the thread of the API ended by itself: it is started again')
    void pause(againMs, undefined, { ref: false }).then(() => {
      if (isClosed) return
      start(settings).catch((error: unknown) =>
        log.error(`the thread of the API could not be started again: ${messageOf(error)}`),
      )
    })
  }
  const start = (settings: ServerSettings) =>
    new Promise<string>((resolve, reject) => {
      const data: ServerStart = { database: options.database, settings, turns: turns.memory }
      worker = new Worker(entry, { workerData: data, name: 'chainscreen server' })
      ended = new Promise((exited) => worker.once('exit', exited))
      told = ''
      worker.on('message', (message: FromServer) => {
        if (message.type === 'log') return log[message.level](...(message.line as [string]))
        if (message.error !== null) reject(errorOf(message.error))
        else resolve(message.url)
      })
      worker.on('error', (error) => log.error(`the thread of the API failed: ${error.message}`))
      worker.on('exit', (code) => {
        turns.forget(serverThread)
        reject(new Error(`the thread of the API ended with code ${code}`))
        if (!isClosed && bound !== null) again(bound)
      })
      tell()
    })
  const url = await start(options.settings)
  bound = { ...options.settings, port: Number(new URL(url).port) }
  const telling = startLoop(
    () => {
      tell()
      return tellMs
    },
    { ref: false },
  )
  return {
    url,
    started() {
      isStarted = true
      tell()
    },
    async close() {
      isClosed = true
      await telling.stop()
      // One that has ended already hears nothing, and there is nothing to wait for.
      post({ type: 'stop' })
      await ended
    },
  }
}
