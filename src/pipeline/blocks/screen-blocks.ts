import { conflictsIn, extract } from '../../chains/extract.ts'
import { reducedFor } from '../../chains/reduce.ts'
import type { ChainSource, SourceBlock } from '../../chains/source.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
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
  context: ChainContext,
  blocks: readonly SourceBlock[],
  write: (screened: ScreenedAt, isOver: () => boolean) => StepDid | null,
  replay: number | null = null,
): Promise<StepCounts> {
  const { db, chain, index, now } = context
  const { widen = (windows, of) => widenWindows(db, windows, { now, replay: of }) } = context
  const total: StepCounts = { created: 0, reinstated: 0, known: 0 }
  for (let left = blocks; left.length > 0; ) {
    // Not the revisions at the time of the turn: all chains share the index, and another one may bring it up to date meanwhile.
    const { blocks: current, revisions } = refreshed(index, left)
    if (!isWhole(current)) {
      left = await readAgain(context, left, current)
      continue
    }
    left = current
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

/**
 * Brings the index up to date, and the blocks with it: of what readers handed over, those parts are missing that touch nothing that
 * was own then. `null`: addresses became own since, and the block has to be read again, which is rare.
 */
export function refreshed(
  index: ScreeningIndex,
  blocks: readonly SourceBlock[],
): { blocks: (SourceBlock | null)[]; revisions: Revisions } {
  index.refresh()
  const { revisions } = index
  return { blocks: blocks.map((block) => reducedFor(block, revisions.own)), revisions }
}

/** How blocks are read again: whole, since addresses may become own faster than a node answers, and a whole block lacks none. */
export function rereadWhole(
  source: Pick<ChainSource, 'block'>,
  signal?: AbortSignal,
): NonNullable<ChainContext['reread']> {
  return ({ height }) => source.block(height, signal, { whole: true })
}

function isWhole(blocks: (SourceBlock | null)[]): blocks is SourceBlock[] {
  return blocks.every((block) => block !== null)
}

/** @throws ChainscreenError `node-missing-data` where the node has another block there by now. */
function readAgain(
  { reread }: ChainContext,
  blocks: readonly SourceBlock[],
  current: readonly (SourceBlock | null)[],
): Promise<SourceBlock[]> {
  return Promise.all(
    blocks.map(async (block, i) => {
      const kept = current[i] ?? null
      if (kept !== null) return kept
      if (reread === undefined) throw new Error(`block ${block.height} was reduced, and can't be read again`)
      const again = await reread(block)
      if (again.hash === block.hash) return again
      throw new ChainscreenError(
        'node-missing-data',
        `Addresses became own while block ${block.height} (${block.hash}) was screened, and the node has ${again.hash} there now: it is read again.`,
      )
    }),
  )
}
