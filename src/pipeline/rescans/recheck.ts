import { type ChainSource, reportRefusals, type SourceBlock } from '../../chains/source.ts'
import { blockAt, readChainState } from '../../ledger/blocks/chain.ts'
import { commitReplay } from '../../ledger/blocks/commit-replay.ts'
import { ownRevisionOf } from '../../ledger/coverage/coverage.ts'
import { gapsClosedBy, type UnscreenedNote } from '../../ledger/coverage/unscreened.ts'
import { registeredBetween } from '../../ledger/own/own-branches.ts'
import {
  extractedMovements,
  listedMovements,
  storedMovements,
} from '../../ledger/transfers/stored-movements.ts'
import type { ChainContext } from '../blocks/ledger-store.ts'
import { refreshed, rereadWhole, screenAndWiden, screenBlocks } from '../blocks/screen-blocks.ts'

/** A second reading of a block that is not like the first. */
export interface RecheckDifference {
  height: number
  hash: string
  /** Movements and parties that the second reading has and the ledger had not, and the other way. */
  missing: readonly string[]
  extra: readonly string[]
}

/** Reads blocks again, some way behind the tip. */
export interface Recheck {
  /** Reads what became due since the last call. @throws what the source throws. */
  run(signal: AbortSignal): Promise<void>
}

/**
 * A node may serve a block wrongly for a while, and rightly later. Each block read at the tip is read again `depth`
 * blocks later; a difference is an alarm, and what was missing is added.
 *
 * @param onDifference hears of every block that was not the same twice.
 */
export function createRecheck(
  context: ChainContext,
  source: ChainSource,
  depth: number,
  onDifference: (difference: RecheckDifference) => void,
): Recheck {
  const { db, chain, index, now } = context
  const due = () => (readChainState(db, chain.id).cursor?.height ?? -1) - depth
  let next: number | undefined
  // The note is of this comparison, and not of the block: one that is read again before it is written keeps it.
  const write = (block: SourceBlock, notes: readonly UnscreenedNote[], signal: AbortSignal) =>
    reportRefusals(source, () =>
      screenAndWiden(
        { ...context, reread: rereadWhole(source, signal) },
        [block],
        ({ blocks, revisions }) => {
          const noted = blocks.map((each) => ({ ...each, unscreened: [...each.unscreened, ...notes] }))
          return commitReplay(
            db,
            chain,
            { blocks: noted, revisions, at: now() },
            { row: undefined, terms: '' },
          )
        },
      ),
    )
  const readCurrent = async (height: number, signal: AbortSignal): Promise<SourceBlock> => {
    const [current] = refreshed(index, [await source.block(height, signal)]).blocks
    // Addresses became own since it was asked for: a whole block answers for them too.
    return current ?? source.block(height, signal, { whole: true })
  }
  return {
    async run(signal) {
      next ??= due() + 1
      // A backfill is one long first reading: only what lies just behind the tip is read twice.
      next = Math.max(next, due() - depth)
      for (; next <= due(); next++) {
        const stored = blockAt(db, chain.id, next)
        const block = await readCurrent(next, signal)
        // Without its traces this time: nothing can be said of what was read with them.
        if (typeof block.traces === 'object') continue
        // A branch that just lost is the follower's business; own addresses added since make any reading differ.
        const revision = ownRevisionOf(db, chain.id, next)
        if (stored?.hash !== block.hash || revision === undefined) continue
        if (registeredBetween(db, revision, index.revisions.own)) continue
        const [screened] = await reportRefusals(source, () => screenBlocks([block], chain.id, index))
        if (screened === undefined) continue
        // What the first reading lacked, such as its traces, it said so of: this one closes that, and may well tell more.
        const closed = gapsClosedBy(db, chain.id, screened).map(({ tx_hash }) => tx_hash)
        const ofLists = listedMovements(screened.transactions)
        const isExplained = (line: string) =>
          ofLists.has(line) || closed.some((txHash) => txHash === null || line.startsWith(`${txHash} `))
        const found = extractedMovements(screened.transactions)
        const known = storedMovements(db, chain.id, block.hash)
        const missing = notIn(known, found).filter((line) => !isNewVariant(line, known) && !isExplained(line))
        const extra = notIn(found, known).filter((line) => !isExplained(line))
        if (missing.length + extra.length === 0) {
          if (closed.length > 0) await write(block, [], signal)
          continue
        }
        const reason = `a second reading has ${missing.length} movements or parties more, and ${extra.length} less`
        await write(block, [{ what: 'recheck', reason }], signal)
        onDifference({ height: next, hash: block.hash, missing, extra })
      }
    },
  }
}

/** Another key of a party that stands: a version of chainscreen that knows more of them reads the same block. */
function isNewVariant(line: string, known: readonly string[]): boolean {
  const [key, matchKey] = line.split(' ').slice(-2)
  return key !== matchKey && known.includes(line.slice(0, line.length - (matchKey?.length ?? 0)) + key)
}

/** A payout to thousands has thousands of lines: each is looked up, not searched. */
function notIn(those: readonly string[], lines: readonly string[]): string[] {
  const known = new Set(those)
  return lines.filter((line) => !known.has(line))
}
