import {
  type CoverageRow,
  coverageTerms,
  coverBlock,
  isReplayRow,
  openReplayRow,
} from '../coverage/coverage.ts'
import { closeUnscreened } from '../coverage/unscreened.ts'
import { type Db, inTransaction } from '../database.ts'
import { type Revisions, readRevisions } from '../revisions.ts'
import { type Chain, readChainState } from './chain.ts'
import {
  type ScreenedBlock,
  type StepDid,
  sameRevisions,
  takeOverFreezes,
  writeBlock,
} from './commit-step.ts'
import { finalize } from './finality.ts'
import { noteReplayed } from './replays.ts'

/** A replay's own coverage row, carried from step to step. */
export interface ReplayProgress {
  row: CoverageRow | undefined
  terms: string
}

export interface ReplayStep {
  blocks: readonly ScreenedBlock[]
  revisions: Revisions
  at: string
  /** The row of `replays` that this is done for; else `null`. */
  replay?: number | null
}

/**
 * Writes blocks that were screened again: what is new is added, what stands stays, and gaps that this reading no longer has
 * are closed. One that saw less than an earlier reading changes nothing that stands: see {@link isWeaker}. Movements that an earlier reading had only since it knew fewer own addresses stand no more; alerts do. The
 * cursor does not move.
 *
 * @param progress is carried on; begin with `{ row: undefined, terms: '' }`.
 * @param isOver whether to end after a block that is written: then the blocks behind it are another step.
 * @returns `null`, with nothing written, when the lists or own addresses changed since the blocks were screened.
 */
export function commitReplay(
  db: Db,
  chain: Chain,
  step: ReplayStep,
  progress: ReplayProgress,
  isOver: () => boolean = () => false,
): StepDid | null {
  let { row, terms: rowTerms } = progress
  const did: StepDid = { created: 0, reinstated: 0, known: 0, blocks: 0 }
  const written = inTransaction(db, () => {
    if (!sameRevisions(readRevisions(db), step.revisions)) return false
    const { finalHeight } = readChainState(db, chain.id)
    // A reorg since the last step may have taken it back, and another row may have its id now.
    if (row !== undefined && !isReplayRow(db, row)) row = undefined
    const [first] = step.blocks
    for (const block of step.blocks) {
      writeBlock(db, chain, block, step, did)
      const terms = coverageTerms(chain.id, 'replay', block, step.revisions)
      // What a reorg may still undo has a row of its own, so that no more than that is taken back.
      const isFinal = finalHeight !== null && block.height <= finalHeight
      const text = JSON.stringify([terms, isFinal])
      if (text !== rowTerms || row === undefined)
        row = isFinal && step.replay != null ? openReplayRow(db, terms, block) : undefined
      row = coverBlock(db, terms, block, row, step.at)
      rowTerms = text
      closeUnscreened(db, chain.id, block, { coverageId: row.id, at: step.at })
      takeOverFreezes(db, chain, block, step)
      did.blocks++
      if (isOver()) break
    }
    if (finalHeight !== null) finalize(db, chain.id, finalHeight, step.at)
    const last = step.blocks[did.blocks - 1]
    if (step.replay != null && first !== undefined && last !== undefined) {
      noteReplayed(db, step.replay, { from: first.height, to: last.height }, did, step.at)
    }
    return true
  })
  if (!written) return null
  Object.assign(progress, { row, terms: rowTerms })
  return did
}
