import { parentPort } from 'node:worker_threads'
import type { BlockIndex } from '../block-index.ts'
import { BatchHasher } from './batch-hasher.ts'
import { type Roots, rootsOf } from './roots.ts'

/** A block to hash, and what comes of it. */
export interface RootsTask {
  id: number
  block: Uint8Array
  places: Pick<BlockIndex, 'starts' | 'bodyEnds'>
}

export interface RootsAnswer {
  id: number
  roots: Roots
}

/** The other end of `RootsThread`: this file is a worker's program. */
const hasher = new BatchHasher()
parentPort?.on('message', ({ id, block, places }: RootsTask) => {
  parentPort?.postMessage({ id, roots: rootsOf(hasher, block, places) } satisfies RootsAnswer)
})
