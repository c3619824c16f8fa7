import { makeKey } from '../../../address/key.ts'
import type { OwnLookup } from '../../../screening/own.ts'
import type { Unscreened } from '../../source.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import type { SpendsProof } from './spends.ts'

/**
 * Inputs that show what an own address is spent with, and are said to spend a script that shows nothing. A node that
 * lies hides a withdrawal so; but anybody can make an output that anything spends, and spend it with a key of ours that
 * the chain has seen. So the block is taken, and the doubt is a row.
 */
export function doubtsOf(block: ScannedBlock, spends: SpendsProof | null, own: OwnLookup): Unscreened[] {
  const isOwn = (script: Uint8Array) =>
    own.mayHaveScript(script, 0, script.length) && own.has(makeKey('bitcoin', script))
  return (spends?.doubts ?? [])
    .filter(({ scripts }) => scripts.some(isOwn))
    .map(({ tx, input }) => ({
      what: 'unverified',
      reason: `input ${input} shows what an own address is spent with, and is said to spend another script, which proves nothing`,
      txHash: block.transaction(tx).txid,
    }))
}
