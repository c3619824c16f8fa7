import Database from 'better-sqlite3'
import type { FollowerStore } from '../../chains/follower.ts'
import type { SourceBlock } from '../../chains/source.ts'
import { keptHash, lowestOpen } from '../../ledger/blocks/block-hashes.ts'
import { blockAt, type Chain, readChainState } from '../../ledger/blocks/chain.ts'
import { commitHead, commitStep } from '../../ledger/blocks/commit-step.ts'
import { rememberBlocks } from '../../ledger/blocks/finality.ts'
import { rollBack } from '../../ledger/blocks/roll-back.ts'
import { readTracesAway, type TracesAway } from '../../ledger/coverage/traces-away.ts'
import { type Db, databaseError } from '../../ledger/database.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import type { ShortWindow } from '../../own/widen-windows.ts'
import { screenAndWiden } from './screen-blocks.ts'
import type { ScreeningIndex } from './screening-index.ts'

/** Where the context of one chain comes together. */
export interface ChainContext {
  db: Db
  chain: Chain
  index: ScreeningIndex
  /** Now, ISO-8601. */
  now: () => string
  /** Derives more addresses of descriptors elsewhere; default: here. */
  widen?: (windows: readonly ShortWindow[], replay: number | null) => Promise<void>
  /** Reads a block again that a reader reduced: see `refreshed`. Absent where blocks are whole. */
  reread?: (block: SourceBlock) => Promise<SourceBlock>
  /** Called after a step from which on call traces are away, or are back (`null`). */
  onTraces?: (away: TracesAway | null) => void
}

/**
 * What a follower reads goes through extraction and screening into the ledger: one transaction a step, or several where
 * a block of it changes a list, or where it takes long and others wait to write. A block is never divided.
 */
export function createLedgerStore(context: ChainContext): FollowerStore {
  const { db, chain, index, now, onTraces } = context
  /** Since when traces were away, as last logged: after a restart it is logged again. */
  let reportedAway: string | null = null
  let noted = ''
  return {
    state: () => readChainState(db, chain.id),
    blockAt: (height) => blockAt(db, chain.id, height),
    hashAt: (height) => {
      const isBelowStart = height < (readChainState(db, chain.id).startHeight ?? 0)
      return (
        blockAt(db, chain.id, height)?.hash ?? (isBelowStart ? keptHash(db, chain.id, height) : undefined)
      )
    },
    lowestOpen: () => lowestOpen(db, chain.id),
    commit: async (blocks, head, finalHeight) => {
      const parts = partsAtFreezes(blocks)
      for (const part of parts) {
        // What is final was computed for the last block; until that is written, it makes nothing final.
        const final = part === parts.at(-1) ? finalHeight : null
        await screenAndWiden(context, part, (screened, isOver) => {
          const step = { ...screened, head, finalHeight: final, windowFrom: final ?? 0, at: now() }
          return commitStep(db, chain, step, isOver)
        }).catch((error) => {
          throw asTemporary(db, error)
        })
      }
      const away = readTracesAway(db, chain.id)
      if ((away?.since ?? null) === reportedAway) return
      reportedAway = away?.since ?? null
      onTraces?.(away)
    },
    noteHead: async (head, finalHeight) => {
      // Between blocks too, so that a large list that is being loaded is taken in a little at a time.
      index.refresh()
      // Asked every second, answered the same for minutes: not worth a write.
      const note = `${head.height} ${finalHeight}`
      if (note === noted) return
      await writing(db, () =>
        commitHead(db, chain, { head, finalHeight, windowFrom: finalHeight ?? 0, at: now() }),
      )
      noted = note
    },
    rollBack: async (fork) => {
      noted = ''
      await writing(db, () => rollBack(db, chain, fork, now()))
    },
    remember: (blocks) => writing(db, () => rememberBlocks(db, chain.id, blocks)),
  }
}

/** Writes in turn. */
export async function writing<T>(db: Db, write: () => T): Promise<T> {
  try {
    return await inTurn(db, write)
  } catch (error) {
    throw asTemporary(db, error)
  }
}

/** A database that another process holds for long is waited for, as a node is: it must not halt the chain. */
function asTemporary(db: Db, error: unknown): unknown {
  return error instanceof Database.SqliteError ? databaseError(db.name, error) : error
}

/**
 * Cuts a step behind each block that says something of frozen accounts: what comes after it has to be screened with
 * that. The parts are one after the other what the whole was.
 */
export function partsAtFreezes(blocks: readonly SourceBlock[]): SourceBlock[][] {
  const parts: SourceBlock[][] = []
  let part: SourceBlock[] = []
  for (const block of blocks) {
    part.push(block)
    if (block.freezes === undefined || block.freezes.length === 0) continue
    parts.push(part)
    part = []
  }
  if (part.length > 0) parts.push(part)
  return parts
}
