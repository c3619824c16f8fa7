import { writeListedEvents, writeRemovedEvents } from '../../ledger/alerts/entry-events.ts'
import { nextRegrade } from '../../ledger/alerts/regrades.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { finalize } from '../../ledger/blocks/finality.ts'
import { type Db, inTransaction } from '../../ledger/database.ts'
import { type ScreenedClear, screenedClear } from '../../ledger/events/screened-clear.ts'
import {
  type EntryPosition,
  nextRescreen,
  type Rescreen,
  type RescreenItem,
  type RescreenPosition,
  rescreenItems,
  saveRescreen,
} from '../../ledger/lists/rescreens.ts'
import { readRevisions } from '../../ledger/revisions.ts'
import { forgetLarge, screenLarge } from './large-transaction.ts'
import { matchEntry, noChunk, type RescreenChunk, type RescreenWork } from './match-entry.ts'
import { regradeChunk } from './regrade.ts'

const itemsAtOnce = 200
const eventsAtOnce = 10

/**
 * Works on the oldest job for about `budgetMs`, in one transaction with the position it comes to: a crash takes both
 * back or neither. Before a large transaction it ends: that is read and screened before the next call takes the lock.
 *
 * @returns `null` when there is no job. Transfers and alerts that are to be graded anew come before all of them.
 */
export function rescreenChunk(db: Db, at: string, budgetMs: number): RescreenChunk | null {
  // What stored transfers are called decides how their alerts are graded.
  if (nextRegrade(db) !== undefined) return regradeSome(db, at, budgetMs)
  // Asked every second, and nearly always for nothing: that must not wait for whoever writes.
  const next = nextRescreen(db)
  if (next === undefined) {
    forgetLarge(db)
    screenedOf.delete(db)
    return null
  }
  readScreened(db, next)
  screenLarge(db)
  return inTransaction(db, () => {
    const job = nextRescreen(db)
    if (job === undefined) return null
    const until = performance.now() + budgetMs
    const work: RescreenWork = {
      ...{ db, job, at, revisions: readRevisions(db), isTimeUp: () => performance.now() >= until },
      ...{ did: noChunk(), touched: new Set(), isPutOff: false, screened: readScreened(db, job) },
    }
    const items = rescreenItems(db, job, itemsAtOnce)
    let { position } = job
    let under = 0
    do {
      const item = items[under]
      if (item === undefined) break
      const entry = workOn(work, item, (isAt(position, item) && position.entry) || begin)
      position = { listId: item.listId, key: item.key, entry }
      if (entry === null) {
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
  screenLarge(db)
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

const screenedOf = new WeakMap<Db, ScreenedClear>()

/** What was answered `clear` before a job: read once, and before the lock is taken. */
function readScreened(db: Db, job: Rescreen): ScreenedClear {
  const known = screenedOf.get(db)
  if (known?.job === job.id) return known
  // Only what changes a list makes an answer of before another one.
  const isChange = job.kind === 'list' && !job.whole
  const screened = isChange ? screenedClear(db, job) : { job: job.id, byVariant: new Map() }
  screenedOf.set(db, screened)
  return screened
}

const begin: EntryPosition = { stage: 'events', alert: '' }

/** @returns where to go on with this entry; `null` when it is done. */
function workOn(work: RescreenWork, item: RescreenItem, from: EntryPosition): EntryPosition | null {
  if (from.stage === 'match') return matchEntry(work, item, from)
  if (item.change === 'removed') return nextEvents(removedEvents(work, item, from.alert))
  const next = isOfRevision(work) ? nextEvents(listedEvents(work, item, from.alert)) : null
  if (next !== null || item.change === 'renamed') return next
  return matchEntry(work, item, null)
}

function nextEvents(alert: string | null): EntryPosition | null {
  return alert === null ? null : { stage: 'events', alert }
}

/** Whether a change of a list made the job, and it is over what changed: one over everything writes no events. */
function isOfRevision({ job }: RescreenWork): boolean {
  return job.kind === 'list' && !job.whole
}

function removedEvents({ db, job, at, did }: RescreenWork, item: RescreenItem, after: string): string | null {
  const removal = { ...item, revision: job.revision, load: job.id }
  const { written, last } = writeRemovedEvents(db, removal, after, eventsAtOnce, at)
  did.removals += written
  return last
}

function listedEvents({ db, job, at, did }: RescreenWork, item: RescreenItem, after: string): string | null {
  const listing = { ...item, revision: job.revision, load: job.id }
  const { listedAgain, regraded, last } = writeListedEvents(db, listing, after, eventsAtOnce, at)
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
