import { Worker } from 'node:worker_threads'
import type { ScannedBlock } from '../scanned-block.ts'
import { type BlockHashes, type HashTask, hashHere } from './hash-here.ts'
import type { ThreadAnswer, ThreadTask } from './hash-worker.ts'
import type { SpendRules } from './revealed.ts'

/** `null` once it failed, and where the worker's program is not built. */
let thread: HashThread | null | undefined = import.meta.url.endsWith('.js') ? undefined : null

/** Hashes a block: in a thread of its own, and where that is not to be had, in this one. */
export async function hashBlock(
  { bytes, spent, index }: ScannedBlock,
  rules: SpendRules,
): Promise<BlockHashes> {
  const { starts, bodyEnds, inputCounts } = index
  const task = { block: bytes, places: { starts, bodyEnds, inputCounts }, spent: spent?.bytes ?? null, rules }
  if (thread !== null) {
    try {
      thread ??= new HashThread()
      return await thread.hash(task)
    } catch {
      thread = null
    }
  }
  return hashHere(task)
}

interface Waiting {
  resolve: (hashes: BlockHashes) => void
  reject: (error: Error) => void
}

/** Hashes blocks in a thread of its own, so that reading and screening go on meanwhile. Keeps no process alive. */
class HashThread {
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
