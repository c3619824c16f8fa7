import { alertId } from '../../screening/alert-id.ts'
import type { Finding } from '../../screening/types.ts'
import { alertExists } from '../alerts/alert-queries.ts'
import { writeAlert } from '../alerts/write-alert.ts'
import { type Chain, readChainState } from '../blocks/chain.ts'
import { sameRevisions } from '../blocks/commit-step.ts'
import { type Db, inTransaction, one } from '../database.ts'
import { type Revisions, readRevisions } from '../revisions.ts'
import { isStored } from '../transfers/stored-transactions.ts'
import {
  type Absences,
  type Conflict,
  conflictingWith,
  pendingHashes,
  putPending,
  putState,
  readPending,
  withdraw,
} from './pending-transactions.ts'
import { replaceBy } from './settle-block.ts'

/** An unconfirmed transaction that matched a list. */
export interface MatchedPending {
  hash: string
  /** Outpoints, or the nonce: see {@link Conflict}. */
  spends: readonly string[]
  findings: readonly Finding[]
}

/** What a mempool poll found. */
export interface MempoolPollResult {
  /** Transactions in it that matched a list. */
  waiting: readonly MatchedPending[]
  /** Which of the watched outpoints and nonces its transactions spend. */
  conflicts: readonly Conflict[]
  /** What of the ledger's unconfirmed transactions is not in it. */
  absences: Absences
  /** What it was screened with. */
  revisions: Revisions
  /** Now, ISO-8601. */
  at: string
}

/** How many alerts a poll raised, brought back and withdrew. */
export interface MempoolCounts {
  created: number
  reinstated: number
  withdrawn: number
}

/**
 * Writes what a mempool poll changes, in one transaction; nearly every poll changes nothing, and takes no lock.
 *
 * A transaction counts as gone only once the ledger has read the blocks that the node had when its mempool lacked it: until
 * then, one of these may have it.
 *
 * @returns `null`, with nothing written, when the lists or own addresses changed since it was screened.
 */
export function commitMempool(db: Db, chain: Chain, poll: MempoolPollResult): MempoolCounts | null {
  if (!sameRevisions(readRevisions(db), poll.revisions)) return null
  const counts: MempoolCounts = { created: 0, reinstated: 0, withdrawn: 0 }
  if (!changesAnything(db, chain, poll)) return counts
  return inTransaction(db, () => {
    if (!sameRevisions(readRevisions(db), poll.revisions)) return null
    for (const transaction of poll.waiting) {
      if (!isNews(db, chain, transaction)) continue
      putPending(db, chain.id, transaction.hash, transaction.spends, poll.at)
      for (const finding of transaction.findings) {
        const outcome = writeAlert(db, chain, null, finding, poll.revisions.list, poll.at)
        if (outcome === 'created' || outcome === 'reinstated') counts[outcome]++
      }
    }
    for (const conflict of poll.conflicts)
      counts.withdrawn += replaceBy(db, chain.id, conflict, null, poll.at)
    for (const hash of goneFrom(db, chain, poll)) {
      putState(db, chain.id, { hash, state: 'gone', replaced_by: null, block_height: null }, poll.at)
      counts.withdrawn += withdraw(db, chain.id, hash, { reason: 'gone' }, poll.at)
    }
    return counts
  })
}

function changesAnything(db: Db, chain: Chain, poll: MempoolPollResult): boolean {
  return (
    poll.waiting.some((transaction) => isNews(db, chain, transaction)) ||
    poll.conflicts.some((conflict) => conflictingWith(db, chain.id, conflict).length > 0) ||
    goneFrom(db, chain, poll).length > 0
  )
}

/** Whether anything of it is not in the ledger yet. What a block has, or decided, does not wait: the mempool was read before. */
function isNews(db: Db, chain: Chain, { hash, findings }: MatchedPending): boolean {
  const row = readPending(db, chain.id, hash)
  if (row !== undefined && row.block_height !== null) return false
  if (isStored(db, chain.id, hash)) return false
  return (
    row?.state !== 'waiting' || findings.some((finding) => !alertExists(db, alertId(chain.caip2, finding)))
  )
}

/**
 * What is still waiting although every block was read that the node had at some poll which lacked it. The ledger may stay a
 * block behind the node at every poll: so it is not asked for the block of the last one.
 */
function goneFrom(db: Db, chain: Chain, { absences }: MempoolPollResult): string[] {
  if (absences.size === 0) return []
  const read = new Map<string, boolean>()
  const isRead = (hash: string): boolean => {
    const known = read.get(hash)
    if (known !== undefined) return known
    const answer = isInWindow(db, chain, hash)
    read.set(hash, answer)
    return answer
  }
  return pendingHashes(db, chain.id).filter((hash) => absences.get(hash)?.some((tips) => tips.every(isRead)))
}

function isInWindow(db: Db, chain: Chain, hash: string): boolean {
  if (readChainState(db, chain.id).cursor?.hash === hash) return true
  return one(db, 'select 1 from blocks where chain = ? and hash = ?', chain.id, hash) !== undefined
}
