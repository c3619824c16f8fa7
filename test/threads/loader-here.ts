import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { vi } from 'vitest'
import * as loaderThread from '../../src/threads/loader-thread.ts'
import type { LoaderStart } from '../../src/threads/messages.ts'
import { serveLoader } from '../../src/threads/serve-loader.ts'

const startThread = loaderThread.startLoaderThread

/** What a thread of the loader does, in this thread: the same messages, and a connection of its own. */
class LoaderHere extends EventEmitter {
  readonly #port

  constructor(start: LoaderStart) {
    super()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (message) => this.emit('message', message))
    port1.on('close', () => this.emit('exit', 0))
    try {
      serveLoader(port2, structuredClone(start))
    } catch (error) {
      port1.removeAllListeners('close')
      port1.close()
      process.nextTick(() => this.emit('error', error))
    }
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message)
  }
}

/** The daemons of this process start no thread until it is called: reading the modules anew in one costs more than a short test. */
export function withoutThreads(): () => void {
  const spy = vi
    .spyOn(loaderThread, 'startLoaderThread')
    .mockImplementation((config, options) => startThread(config, options, (start) => new LoaderHere(start)))
  return () => spy.mockRestore()
}
