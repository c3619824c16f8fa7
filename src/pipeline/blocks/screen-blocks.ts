import { conflictsIn, extract } from '../../chains/extract.ts'
import type { SourceBlock } from '../../chains/source.ts'
import type { ScreenedBlock } from '../../ledger/blocks/commit-step.ts'
import { screen } from '../../screening/screen.ts'
import type { Memory } from './memory.ts'

/** Looks blocks through: what touches own addresses, and what the lists say of it. Pure, at the memory's revisions. */
export function screenBlocks(blocks: readonly SourceBlock[], chain: string, memory: Memory): ScreenedBlock[] {
  const own = memory.ownOn(chain)
  const claims = memory.watchedClaims(chain)
  return blocks.map((block) => {
    const { transactions, unscreened, undecoded = [], used = [] } = extract(block, own)
    return {
      height: block.height,
      hash: block.hash,
      parentHash: block.parentHash,
      time: block.time,
      level: block.level,
      ...(block.traces && { traces: block.traces }),
      unscreened: [...block.unscreened, ...unscreened],
      unproved: block.unproved ?? false,
      transactions,
      findings: transactions.flatMap((tx) => screen(tx, block.time, memory.watchlist)),
      ...(claims.size > 0 && { claimed: conflictsIn(block, claims) }),
      undecoded,
      seen: used,
      ...(block.freezes && { freezes: block.freezes }),
    }
  })
}

/**
 * Screens and writes until both happened at the same revisions: lists and own addresses may change at any moment
 * from outside, and a block counts as checked only against what is in force when it is written.
 *
 * @param write returns `null` when the revisions moved.
 */
export function screenUntilCurrent<T>(
  blocks: readonly SourceBlock[],
  chain: string,
  memory: Memory,
  write: (blocks: ScreenedBlock[]) => T | null,
): T {
  for (;;) {
    memory.refresh()
    const written = write(screenBlocks(blocks, chain, memory))
    if (written !== null) return written
  }
}
