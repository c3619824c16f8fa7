import { Worker } from 'node:worker_threads'
import type { ScannedBlock } from '../scanned-block.ts'
import type { Roots } from './roots.ts'
import type { RootsAnswer, RootsTask } from './roots-worker.ts'

interface Waiting {
  resolve: (roots: Roots) => void
  reject: (error: Error) => void
}

/** Hashes blocks in a thread of its own, so that reading and screening go on meanwhile. Keeps no process alive. */
export class RootsThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #next = 0

  constructor() {
    this.#worker = new Worker(new URL('./roots-worker.js', import.meta.url))
    this.#worker.unref()
    this.#worker.on('message', ({ id, roots }: RootsAnswer) => {
      this.#waiting.get(id)?.resolve(roots)
      this.#settled(id)
    })
    this.#worker.on('error', (error) => this.#failed(error))
    this.#worker.on('exit', () => this.#failed(new Error('the thread that hashes blocks ended')))
  }

  rootsOf({ bytes, index }: ScannedBlock): Promise<Roots> {
    const id = this.#next++
    const { starts, bodyEnds } = index
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      // While somebody waits, the process must not end.
      this.#worker.ref()
      this.#worker.postMessage({ id, block: bytes, places: { starts, bodyEnds } } satisfies RootsTask)
    })
  }

  #settled(id: number): void {
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #failed(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
