import type { ScannedBlock } from '../scanned-block.ts'
import { BatchHasher } from './batch-hasher.ts'
import { type Roots, rootsOf } from './roots.ts'
import { RootsThread } from './roots-thread.ts'

let hasher: BatchHasher | undefined
/** `null` once it failed, and where the worker's program is not built. */
let thread: RootsThread | null | undefined = import.meta.url.endsWith('.js') ? undefined : null

/** Hashes a block's transactions: in a thread of its own, and where that is not to be had, in this one. */
export async function rootsOfBlock(block: ScannedBlock): Promise<Roots> {
  if (thread !== null) {
    try {
      thread ??= new RootsThread()
      return await thread.rootsOf(block)
    } catch {
      thread = null
    }
  }
  return rootsHere(block)
}

export function rootsHere({ bytes, index }: ScannedBlock): Roots {
  hasher ??= new BatchHasher()
  return rootsOf(hasher, bytes, index)
}
