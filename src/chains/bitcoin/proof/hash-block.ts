import type { ScannedBlock } from '../scanned-block.ts'
import { type BlockHashes, hashHere } from './hash-here.ts'
import { HashThread } from './hash-thread.ts'
import type { SpendRules } from './shown.ts'

/** `null` once it failed, and where the worker's program is not built. */
let thread: HashThread | null | undefined = import.meta.url.endsWith('.js') ? undefined : null

/** Hashes a block: in a thread of its own, and where that is not to be had, in this one. */
export async function hashBlock(
  { bytes, spentBytes, index }: ScannedBlock,
  rules: SpendRules,
): Promise<BlockHashes> {
  const { starts, bodyEnds, inputCounts } = index
  const task = { block: bytes, places: { starts, bodyEnds, inputCounts }, spent: spentBytes, rules }
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
