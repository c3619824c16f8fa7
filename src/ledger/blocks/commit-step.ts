import type { Key } from '../../address/key.ts'
import { isoTime } from '../../screening/in-force.ts'
import type { BlockRef, Finding, FreezeNotice, ScreenableTx } from '../../screening/types.ts'
import { type AlertOutcome, writeAlert } from '../alerts/write-alert.ts'
import { type CoverageRow, coverageTerms, coverBlock, openFollowRow } from '../coverage/coverage.ts'
import { noteTraces } from '../coverage/traces-away.ts'
import {
  noteUndecoded,
  noteUnscreened,
  type UndecodedNote,
  type UnscreenedNote,
} from '../coverage/unscreened.ts'
import { type Db, inTransaction, run, withoutFlush } from '../database.ts'
import { noteFollowed } from '../freezes/freeze-contracts.ts'
import { writeFreezes } from '../freezes/freeze-entries.ts'
import type { Conflict } from '../mempool/pending-transactions.ts'
import { settleBlock } from '../mempool/settle-block.ts'
import { noteUsed } from '../own/own-branches.ts'
import { type Revisions, readRevisions } from '../revisions.ts'
import { writeMovements } from '../transfers/movements.ts'
import { readStoredBlock } from '../transfers/stored-block.ts'
import { type Chain, moveCursor, noteHead, readChainState } from './chain.ts'
import { finalize } from './finality.ts'
import { findingsOfRemoved } from './reinstate.ts'
import { isWeaker, setUntouchedAside, wasScreened } from './superseded.ts'

/** A block that was looked through, with what the lists say of it. */
export interface ScreenedBlock extends BlockRef {
  level: string
  /** See `SourceBlock`. */
  traces?: 'read' | 'none' | { away: string }
  unscreened: readonly UnscreenedNote[]
  /** See `SourceBlock`. */
  unproved?: boolean
  transactions: readonly ScreenableTx[]
  findings: readonly Finding[]
  /** Undecoded logs that name own addresses, by kind. */
  undecoded?: readonly UndecodedNote[]
  /** Which of the watched outpoints and nonces its transactions spend; see pending-transactions.ts. */
  conflicts?: readonly Conflict[]
  /** The own addresses that it pays or spends from, transfers or not. */
  seen?: readonly Key[]
  /**
   * What token contracts say of accounts. Of a step, only the last block may say something new: what follows it has to
   * be screened with that.
   */
  freezes?: readonly FreezeNotice[]
}

/** Consecutive blocks that become one transaction of the database. */
export interface Step {
  blocks: readonly ScreenedBlock[]
  /** What the blocks were screened with. */
  revisions: Revisions
  head: { height: number }
  /** Blocks at or below are final; `null` while none is known to be. Never less than the depth below the last block. */
  finalHeight: number | null
  /** Blocks at or above stay in the hash window. */
  windowFrom: number
  /** Now, ISO-8601. */
  at: string
}

/** How many alerts a step created, reinstated, or found standing. */
export type StepCounts = Record<AlertOutcome, number>

/** What a transaction did, and of how many blocks. */
export interface StepDid extends StepCounts {
  blocks: number
}

/**
 * Blocks, movements, parties, alerts, coverage and the cursor: all of it or nothing.
 *
 * @param isOver whether to end after a block that is written: then the blocks behind it are another step. What is final is
 * written with the last block.
 * @returns `null`, with nothing written, when the lists or own addresses changed since the blocks were screened:
 * screen again and come back.
 * @throws Error when the blocks do not follow on the cursor, or a block before the last one changes a list: the caller's
 * fault.
 */
export function commitStep(
  db: Db,
  chain: Chain,
  step: Step,
  isOver: () => boolean = () => false,
): StepDid | null {
  return flushWhereItMatters(db, step, () => commit(db, chain, step, isOver))
}

function commit(db: Db, chain: Chain, step: Step, isOver: () => boolean): StepDid | null {
  return inTransaction(db, () => {
    if (!sameRevisions(readRevisions(db), step.revisions)) return null
    const did: StepDid = { created: 0, reinstated: 0, known: 0, blocks: 0 }
    let previous = readChainState(db, chain.id).cursor
    let open: { row: CoverageRow; terms: string } | undefined
    // Final once the last block is written, and not before.
    const below: [BlockRef, CoverageRow][] = []
    for (const block of step.blocks) {
      if (previous !== null && (block.parentHash !== previous.hash || block.height !== previous.height + 1)) {
        throw new Error(`block ${block.height} does not follow on the cursor at ${previous.height}`)
      }
      writeBlock(db, chain, block, step, did)
      const terms = coverageTerms(chain.id, 'follow', block, step.revisions)
      const text = JSON.stringify(terms)
      const extends_ = open?.terms === text ? open.row : openFollowRow(db, terms, previous)
      const row = coverBlock(db, terms, block, extends_, step.at)
      open = { row, terms: text }
      const isEnd = block === step.blocks.at(-1) || isOver()
      if (block.height >= step.windowFrom || isEnd) storeInWindow(db, chain, block, row)
      else below.push([block, row])
      takeOverFreezes(db, chain, block, step)
      previous = block
      did.blocks++
      if (isEnd) break
    }
    // The first block ever moves the cursor twice: where it first stands is where following began.
    if (readChainState(db, chain.id).cursor === null)
      moveCursor(db, chain.id, step.blocks[0] ?? null, step.at)
    if (previous !== null) {
      moveCursor(db, chain.id, previous, step.at)
      noteFollowed(db, chain.id, isoTime(previous.time))
    }
    noteTraces(db, chain.id, step.blocks.slice(0, did.blocks), step.at)
    const isWhole = did.blocks === step.blocks.length
    if (!isWhole) for (const [block, row] of below) storeInWindow(db, chain, block, row)
    finish(db, chain, isWhole ? step : { ...step, finalHeight: null, windowFrom: 0 })
    return did
  })
}

/**
 * A commit that waits for the disk survives a power cut; one that does not is rolled back whole by it, cursor and
 * all, and the same blocks give the same rows again. So a backfill does not wait while it is further below the node's
 * head than what is final is below it (nothing is lost to a crash of the program in either case, and the file is never
 * damaged: WAL). A head that was not true costs no more than that.
 */
function flushWhereItMatters<T>(db: Db, { blocks, head, finalHeight }: Step, write: () => T): T {
  const last = blocks.at(-1)
  const canBeReadAgain =
    last !== undefined && finalHeight !== null && head.height - last.height >= last.height - finalHeight
  return canBeReadAgain ? withoutFlush(db, write) : write()
}

/** Notes a new head and what became final with it, when there is no new block. */
export function commitHead(
  db: Db,
  chain: Chain,
  step: Pick<Step, 'head' | 'finalHeight' | 'windowFrom' | 'at'>,
): void {
  inTransaction(db, () => finish(db, chain, step))
}

/** Movements and alerts of one block, wherever it stands. Inside a transaction. */
export function writeBlock(
  db: Db,
  chain: Chain,
  block: ScreenedBlock,
  step: Pick<Step, 'revisions' | 'at'>,
  counts: StepCounts,
): void {
  // A replay may have been here before, with other own addresses.
  const stored = readStoredBlock(db, chain.id, block)
  setUntouchedAside(db, chain, block, stored, step.at)
  const weaker = isWeaker(db, chain.id, block.height, block)
  const how = { weaker, at: step.at }
  for (const tx of block.transactions) writeMovements(db, chain, block, stored, tx, how)
  const write = (finding: Finding) => {
    counts[writeAlert(db, chain, block, finding, step.revisions.list, step.at)]++
  }
  block.findings.forEach(write)
  findingsOfRemoved(db, chain, block).forEach(write)
  settleBlock(db, chain, block, step.at)
  const ownRevision = step.revisions.own
  for (const note of block.unscreened) {
    // A second reading that differs is no gap: it is reported in any case.
    const stands =
      note.what !== 'recheck' && wasScreened(db, chain.id, block.height, { ...note, ownRevision })
    if (!stands) noteUnscreened(db, chain.id, block.height, note, step.at)
  }
  if (!weaker) noteUndecoded(db, chain.id, block.height, block.undecoded ?? [])
  if (block.seen !== undefined && block.seen.length > 0) noteUsed(db, chain.id, block.seen)
}

/**
 * What a block says of frozen accounts, inside the transaction that writes the block: its own movements, screened before
 * it said so, are matched by the job that this writes down.
 */
export function takeOverFreezes(
  db: Db,
  chain: Chain,
  block: ScreenedBlock,
  step: Pick<Step, 'blocks' | 'at'>,
): void {
  if (writeFreezes(db, chain.id, [block], step.at) && block !== step.blocks.at(-1))
    throw new Error(`block ${block.height} changes a list, and blocks after it were screened without that`)
}

export function sameRevisions(a: Revisions, b: Revisions): boolean {
  return a.list === b.list && a.own === b.own
}

function finish(db: Db, chain: Chain, step: Pick<Step, 'head' | 'finalHeight' | 'windowFrom' | 'at'>): void {
  noteHead(db, chain.id, step.head.height, step.finalHeight)
  const { cursor, finalHeight } = readChainState(db, chain.id)
  if (finalHeight !== null) finalize(db, chain.id, finalHeight, step.at)
  // The cursor's own block always stays: the next step is checked against it.
  run(
    db,
    'delete from blocks where chain = ? and height < ?',
    ...[chain.id, Math.min(step.windowFrom, cursor?.height ?? 0)],
  )
}

function storeInWindow(db: Db, chain: Chain, block: BlockRef, row: CoverageRow): void {
  run(
    db,
    `insert into blocks (chain, height, hash, parent_hash, time, coverage_id, digest) values (?, ?, ?, ?, ?, ?, ?)`,
    ...[chain.id, block.height, block.hash, block.parentHash, block.time, row.id, row.digest],
  )
}
