import type { SourceBlock } from '../../chains/source.ts'
import type { ScreenedBlock } from '../../ledger/blocks/commit-step.ts'
import { type ShortWindow, shortWindows, widenWindows } from '../../own/widen-windows.ts'
import type { Wiring } from './ledger-store.ts'
import { screenUntilCurrent } from './screen-blocks.ts'

/**
 * Screens and writes, like {@link screenUntilCurrent}, and with windows of descriptors that reach far enough: where the
 * blocks use addresses near the end of what is derived, more are derived first, and the same blocks are looked through
 * again with them. The new addresses are written before the blocks: a crash in between has derived them early.
 *
 * @param write returns `null` when the revisions moved.
 * @param replay the replay these blocks are read for.
 */
export async function screenAndWiden<T>(
  { db, chain, memory, now }: Wiring,
  blocks: readonly SourceBlock[],
  write: (blocks: ScreenedBlock[]) => T | null,
  replay: number | null = null,
): Promise<T> {
  for (;;) {
    const outcome = screenUntilCurrent<{ written: T } | { short: ShortWindow[] }>(
      blocks,
      chain.id,
      memory,
      (screened) => {
        const short = isBitcoin(chain.caip2) ? shortWindows(db, chain.id, usedIn(screened)) : []
        if (short.length > 0) return { short }
        const written = write(screened)
        return written === null ? null : { written }
      },
    )
    if ('written' in outcome) return outcome.written
    await widenWindows(db, outcome.short, { now, replay })
  }
}

function isBitcoin(caip2: string): boolean {
  return caip2.startsWith('bip122:')
}

function usedIn(blocks: readonly ScreenedBlock[]) {
  return new Set(blocks.flatMap(({ seen = [] }) => seen))
}
