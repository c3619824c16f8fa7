import { parentPort } from 'node:worker_threads'
import { type BlockHashes, type HashTask, hashHere } from './hash-block.ts'

export type ThreadTask = HashTask & { id: number }

export interface ThreadAnswer {
  id: number
  hashes: BlockHashes
}

/** The other end of `HashThread`: this file is a worker's program. */
parentPort?.on('message', async ({ id, ...task }: ThreadTask) => {
  parentPort?.postMessage({ id, hashes: await hashHere(task) } satisfies ThreadAnswer)
})
