import { Worker } from 'node:worker_threads'
import type { BlockHashes, HashTask } from './hash-here.ts'
import type { ThreadAnswer, ThreadTask } from './hash-worker.ts'

interface Waiting {
  resolve: (hashes: BlockHashes) => void
  reject: (error: Error) => void
}

/** Hashes blocks in a thread of its own, so that reading and screening go on meanwhile. Keeps no process alive. */
export class HashThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #next = 0

  constructor() {
    this.#worker = new Worker(new URL('./hash-worker.js', import.meta.url))
    this.#worker.unref()
    this.#worker.on('message', ({ id, hashes }: ThreadAnswer) => {
      this.#waiting.get(id)?.resolve(hashes)
      this.#settled(id)
    })
    this.#worker.on('error', (error) => this.#failed(error))
    this.#worker.on('exit', () => this.#failed(new Error('the thread that hashes blocks ended')))
  }

  hash(task: HashTask): Promise<BlockHashes> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      // While somebody waits, the process must not end.
      this.#worker.ref()
      this.#worker.postMessage({ id, ...task } satisfies ThreadTask)
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
