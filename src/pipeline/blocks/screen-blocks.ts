import { conflictsIn, extract } from '../../chains/extract.ts'
import type { SourceBlock } from '../../chains/source.ts'
import type { ScreenedBlock } from '../../ledger/blocks/commit-step.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { type ShortWindow, shortWindows, widenWindows } from '../../own/widen-windows.ts'
import { screen } from '../../screening/screen.ts'
import { withListed } from '../../screening/watchlist.ts'
import type { ChainContext } from './ledger-store.ts'
import type { ScreeningIndex } from './screening-index.ts'

/**
 * Screens and writes, like {@link screenUntilCurrent}, and with windows of descriptors that reach far enough: where the
 * blocks use addresses near the end of what is derived, more are derived first, and the same blocks are looked through
 * again with them. The new addresses are written before the blocks: a crash in between has derived them early.
 *
 * @param write returns `null` when the revisions moved.
 * @param replay the replay these blocks are read for.
 */
export async function screenAndWiden<T>(
  {
    db,
    chain,
    index,
    now,
    widen = (windows, of) => widenWindows(db, windows, { now, replay: of }),
  }: ChainContext,
  blocks: readonly SourceBlock[],
  write: (blocks: ScreenedBlock[]) => T | null,
  replay: number | null = null,
): Promise<T> {
  for (;;) {
    const outcome = await screenUntilCurrent<{ written: T } | { short: ShortWindow[] }>(
      blocks,
      chain.id,
      index,
      async (screened) => {
        const short = isBitcoin(chain.caip2) ? shortWindows(db, chain.id, usedIn(screened)) : []
        if (short.length > 0) return { short }
        const written = await inTurn(db, () => write(screened))
        return written === null ? null : { written }
      },
    )
    if ('written' in outcome) return outcome.written
    await widen(outcome.short, replay)
  }
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

/**
 * Screens and writes until both happened at the same revisions: lists and own addresses may change at any moment
 * from outside, and a block counts as checked only against what is in force when it is written.
 *
 * @param write returns `null` when the revisions moved.
 */
export async function screenUntilCurrent<T>(
  blocks: readonly SourceBlock[],
  chain: string,
  index: ScreeningIndex,
  write: (blocks: ScreenedBlock[]) => T | null | Promise<T | null>,
): Promise<T> {
  for (;;) {
    index.refresh()
    const written = await write(screenBlocks(blocks, chain, index))
    if (written !== null) return written
  }
}
