import { conflictsIn, extract } from '../../chains/extract.ts'
import type { SourceBlock } from '../../chains/source.ts'
import type { ScreenedBlock, StepCounts, StepDid } from '../../ledger/blocks/commit-step.ts'
import type { Revisions } from '../../ledger/revisions.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { shortWindows, widenWindows } from '../../own/widen-windows.ts'
import { screen } from '../../screening/screen.ts'
import { withListed } from '../../screening/watchlist.ts'
import type { ChainContext } from './ledger-store.ts'
import type { ScreeningIndex } from './screening-index.ts'

/** Blocks that were looked through, and the revisions of that. */
export interface ScreenedAt {
  blocks: readonly ScreenedBlock[]
  revisions: Revisions
}

/**
 * Screens and writes until both happened at the same revisions: lists and own addresses may change at any moment from outside,
 * and a block counts as checked only against what is in force when it is written. Where blocks use addresses near the end of
 * what is derived of a descriptor, more are derived first, and the same blocks are looked through again with them. The new
 * addresses are written before the blocks: a crash in between has derived them early.
 *
 * @param write writes some of the blocks, in one transaction: all of them, or, once `isOver`, those it has come to. `null`: none,
 * since the revisions are others by now.
 * @param replay the replay these blocks are read for.
 */
export async function screenAndWiden(
  {
    db,
    chain,
    index,
    now,
    widen = (windows, of) => widenWindows(db, windows, { now, replay: of }),
  }: ChainContext,
  blocks: readonly SourceBlock[],
  write: (screened: ScreenedAt, isOver: () => boolean) => StepDid | null,
  replay: number | null = null,
): Promise<StepCounts> {
  const total: StepCounts = { created: 0, reinstated: 0, known: 0 }
  for (let left = blocks; left.length > 0; ) {
    index.refresh()
    // Not those at the time of the turn: all chains share the index, and another one may bring it up to date meanwhile.
    const { revisions } = index
    let screened = screenBlocks(left, chain.id, index)
    const short = isBitcoin(chain.caip2) ? shortWindows(db, chain.id, usedIn(screened)) : []
    if (short.length > 0) {
      await widen(short, replay)
      continue
    }
    while (screened.length > 0) {
      const did = await inTurn(db, (isOver) => write({ blocks: screened, revisions }, isOver))
      if (did === null) break
      for (const outcome of ['created', 'reinstated', 'known'] as const) total[outcome] += did[outcome]
      screened = screened.slice(did.blocks)
    }
    left = left.slice(left.length - screened.length)
  }
  return total
}

function isBitcoin(caip2: string): boolean {
  return caip2.startsWith('bip122:')
}

function usedIn(blocks: readonly ScreenedBlock[]) {
  return new Set(blocks.flatMap(({ seen = [] }) => seen))
}

/** Looks blocks through: what touches own addresses, and what the lists say of it. Pure, at the revisions of the index. */
export function screenBlocks(
  blocks: readonly SourceBlock[],
  chain: string,
  index: ScreeningIndex,
): ScreenedBlock[] {
  const own = index.ownOn(chain)
  const spends = index.watchedSpends(chain)
  return blocks.map((block) => {
    const { transactions: extracted, unscreened, undecoded = [], used = [] } = extract(block, own)
    const transactions = extracted.map((tx) => withListed(tx, index.watchlist))
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
      findings: transactions.flatMap((tx) => screen(tx, block.time, index.watchlist)),
      ...(spends.size > 0 && { conflicts: conflictsIn(block, spends) }),
      undecoded,
      seen: used,
      ...(block.freezes && { freezes: block.freezes }),
    }
  })
}
