import type { ScannedBlock } from '../scanned-block.ts'
import { BatchHasher } from './batch-hasher.ts'
import { loadRipemd160 } from './ripemd160.ts'
import { type Roots, rootsOf } from './roots.ts'
import type { SpendRules } from './shown.ts'
import { proveSpends, type SpendHashers, type SpendsProof } from './spends.ts'

/** A block as its hashes are made of it. */
export interface HashTask {
  block: Uint8Array
  places: Pick<ScannedBlock['index'], 'starts' | 'bodyEnds' | 'inputCounts'>
  /** `null` where the node does not say what inputs spend. */
  spent: Uint8Array | null
  rules: SpendRules
}

/** What came of hashing a block: its transactions, and what its inputs show. */
export interface BlockHashes extends Roots {
  spends: SpendsProof | null
}

let hashers: Promise<SpendHashers> | undefined

/** Hashes a block in the thread that asks. */
export async function hashHere({ block, places, spent, rules }: HashTask): Promise<BlockHashes> {
  hashers ??= loadRipemd160().then((ripemd160) => ({ batch: new BatchHasher(), ripemd160 }))
  const ready = await hashers
  const roots = rootsOf(ready.batch, block, places)
  return { ...roots, spends: spent && proveSpends(ready, block, places, spent, rules) }
}
