import { tellEntryListed, tellEntryRemoved } from '../../ledger/alerts/entry-events.ts'
import { nextRegrade } from '../../ledger/alerts/regrades.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { finalize } from '../../ledger/blocks/finality.ts'
import { type Db, inTransaction } from '../../ledger/database.ts'
import {
  nextRescreen,
  type RescreenItem,
  type RescreenPosition,
  rescreenItems,
  saveRescreen,
} from '../../ledger/lists/rescreens.ts'
import { readRevisions } from '../../ledger/revisions.ts'
import { forgetHit, prepareHit } from './hit-alerts.ts'
import { matchEntry, noChunk, type RescreenChunk, type RescreenWork } from './match-entry.ts'
import { regradeChunk } from './regrade.ts'

const itemsAtOnce = 200
const toldAtOnce = 10

/**
 * Works on the oldest job for about `budgetMs`, in one transaction with the position it comes to: a crash takes both
 * back or neither. A large transaction is first read and screened without the lock, in as many calls as that takes.
 *
 * @returns `null` when there is no job. Transfers and alerts that are to be graded anew come before all of them.
 */
export function rescreenChunk(db: Db, at: string, budgetMs: number): RescreenChunk | null {
  // What stored transfers are called decides how their alerts are graded.
  if (nextRegrade(db) !== undefined) return regradeSome(db, at, budgetMs)
  // Asked every second, and nearly always for nothing: that must not wait for whoever writes.
  if (nextRescreen(db) === undefined) {
    forgetHit(db)
    return null
  }
  const prepareUntil = performance.now() + budgetMs
  if (prepareHit(db, () => performance.now() >= prepareUntil)) return noChunk()
  return inTransaction(db, () => {
    const job = nextRescreen(db)
    if (job === undefined) return null
    const until = performance.now() + budgetMs
    const work: RescreenWork = {
      ...{ db, job, at, revisions: readRevisions(db), isTimeUp: () => performance.now() >= until },
      ...{ did: noChunk(), touched: new Set(), isPutOff: false },
    }
    const items = rescreenItems(db, job, itemsAtOnce)
    let { position } = job
    let under = 0
    do {
      const item = items[under]
      if (item === undefined) break
      const cursor = workOn(work, item, isAt(position, item) ? (position.cursor ?? '') : '')
      position = { listId: item.listId, key: item.key, cursor }
      if (cursor === null) {
        work.did.entries++
        under++
      }
    } while (!work.isPutOff && !work.isTimeUp())
    finalizeTouched(work)
    const done = under === items.length && items.length < itemsAtOnce
    saveRescreen(db, job.id, { position, counts: work.did, done, at })
    return work.did
  })
}

function regradeSome(db: Db, at: string, budgetMs: number): RescreenChunk {
  return inTransaction(db, () => {
    const job = nextRegrade(db)
    if (job === undefined) return noChunk()
    const until = performance.now() + budgetMs
    const { alerts, regraded, decided } = regradeChunk(db, job, at, () => performance.now() >= until)
    const counts = { created: alerts.length, gradedAnew: regraded, gradedDecided: decided }
    return { ...noChunk(), ...counts, alerts }
  })
}

function isAt(position: RescreenPosition | null, item: RescreenItem): position is RescreenPosition {
  return position !== null && position.listId === item.listId && position.key === item.key
}

/** While the alerts of an entry are told that it is listed: what follows is the last that was looked at. */
const tellingMark = '!'

/** @returns where to go on with this entry; `null` when it is done. */
function workOn(work: RescreenWork, item: RescreenItem, cursor: string): string | null {
  if (item.change === 'removed') return tellRemoved(work, item, cursor)
  const isTelling = cursor === '' || cursor.startsWith(tellingMark)
  if (isTelling && isOfRevision(work)) {
    const last = tellListed(work, item, cursor.slice(tellingMark.length))
    if (last !== null) return tellingMark + last
  }
  return item.change === 'renamed' ? null : matchEntry(work, item, isTelling ? '' : cursor)
}

/** Whether a change of a list made the job, and it is over what changed: one over everything tells nothing. */
function isOfRevision({ job }: RescreenWork): boolean {
  return job.kind === 'list' && !job.whole
}

function tellRemoved({ db, job, at, did }: RescreenWork, item: RescreenItem, cursor: string): string | null {
  const removal = { ...item, revision: job.revision, load: job.id }
  const { told, last } = tellEntryRemoved(db, removal, cursor, toldAtOnce, at)
  did.removals += told
  return last
}

function tellListed({ db, job, at, did }: RescreenWork, item: RescreenItem, after: string): string | null {
  const listing = { ...item, revision: job.revision, load: job.id }
  const { listedAgain, regraded, last } = tellEntryListed(db, listing, after, toldAtOnce, at)
  did.listedAgain += listedAgain
  did.regraded += regraded
  return last
}

/** Of blocks that are final already. */
function finalizeTouched({ db, touched, at }: RescreenWork): void {
  for (const chain of touched) {
    const { finalHeight } = readChainState(db, chain)
    if (finalHeight !== null) finalize(db, chain, finalHeight, at)
  }
}
