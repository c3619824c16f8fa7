import type { ScreenedBlock } from '../../../src/ledger/blocks/commit-step.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { commitMempool, type MempoolCounts } from '../../../src/ledger/mempool/commit-mempool.ts'
import {
  type Absences,
  nextAbsences,
  pendingHashes,
  watchedSpends,
} from '../../../src/ledger/mempool/pending-transactions.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { screen } from '../../../src/screening/screen.ts'
import type { BlockRef, ScreenableTx } from '../../../src/screening/types.ts'
import type { Watchlist } from '../../../src/screening/watchlist.ts'
import { at, chain, lists, screened } from '../fixtures.ts'

/** A transaction as a node has it: what it moves for us (`null`: nothing), and what it uses up. */
export interface NodeTx {
  hash: string
  spends: readonly string[]
  screenable: ScreenableTx | null
}

/** What a poll remembers of those before it. */
export interface Memory {
  absences: Absences
}

/**
 * A look at a mempool that holds these, on this block (two where one came meanwhile; `null`: not known to be whole); unlike
 * the real one it is not read in portions.
 */
export function lookAt(
  db: Db,
  held: readonly NodeTx[],
  tip: string | readonly string[] | null,
  against: Watchlist = lists,
  memory: Memory = { absences: new Map() },
): MempoolCounts {
  const watched = watchedSpends(db, chain.id)
  const holds = new Set(held.map(({ hash }) => hash))
  const tips = typeof tip === 'string' ? [tip] : tip
  memory.absences = nextAbsences(memory.absences, pendingHashes(db, chain.id), holds, tips)
  const time = Date.parse('2026-01-01T00:00:00Z') / 1000
  const counts = commitMempool(db, chain, {
    waiting: held.flatMap(({ hash, spends, screenable }) => {
      const findings = screenable === null ? [] : screen(screenable, time, against)
      return findings.length > 0 ? [{ hash, spends, findings }] : []
    }),
    conflicts: conflictsOf(held, watched),
    absences: memory.absences,
    revisions: readRevisions(db),
    at,
  })
  if (counts === null) throw new Error('the revisions moved')
  return counts
}

/** A block of these, screened as the pipeline does it. */
export function blockOf(
  db: Db,
  block: BlockRef,
  transactions: readonly NodeTx[],
  against: Watchlist = lists,
  fields: Partial<ScreenedBlock> = {},
): ScreenedBlock {
  const touching = transactions.map(({ screenable }) => screenable).filter((tx) => tx !== null)
  const conflicts = conflictsOf(transactions, watchedSpends(db, chain.id))
  return screened(block, touching, { conflicts, ...fields }, against)
}

function conflictsOf(transactions: readonly NodeTx[], watched: ReadonlySet<string>) {
  return transactions.flatMap(({ hash, spends }) =>
    spends.filter((spent) => watched.has(spent)).map((spent) => ({ spent, by: hash })),
  )
}

/** The events of each alert of a transaction as `kind` with its data, then where it stands. */
export function tale(db: Db, hash: string): string[] {
  return all<{ id: string; status: string; block_height: number | null }>(
    db,
    'select id, status, block_height from alerts where tx_hash = ? order by id',
    hash,
  ).flatMap(({ id, status, block_height }) => [
    ...all<{ kind: string; data: string | null }>(
      db,
      'select kind, data from alert_events where alert_id = ? order by seq',
      id,
    ).map(({ kind, data }) => `${kind} ${data ?? ''}`.trim()),
    `= ${status} ${block_height ?? 'nowhere'}`,
  ])
}
