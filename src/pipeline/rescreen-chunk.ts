import { readChainState } from '../ledger/chain.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { tellEntryRemoved } from '../ledger/entry-removed.ts'
import { finalize } from '../ledger/finalize.ts'
import { readEntry } from '../ledger/list-entries.ts'
import {
  nextRescreen,
  noCounts,
  type Rescreen,
  type RescreenCounts,
  type RescreenItem,
  type RescreenPosition,
  rescreenItems,
  saveRescreen,
} from '../ledger/rescreens.ts'
import { readRevisions } from '../ledger/revisions.ts'
import { writeAlert } from '../ledger/write-alert.ts'
import { alertId } from '../screening/alert-id.ts'
import { alertOwn, formsOf, nextHits, screenStored } from './rescreen-entry.ts'

const itemsAtOnce = 200
/** A page is not cut short: small enough to end soon after the time is up. */
const hitsAtOnce = 10

/** What one short transaction did. */
export interface RescreenChunk extends RescreenCounts {
  /** The ids of the alerts it raised. */
  alerts: string[]
}

interface Work {
  db: Db
  job: Rescreen
  /** The list revision now: entries are read as they are, not as they were when the job was written down. */
  revision: number
  at: string
  did: RescreenChunk
}

/**
 * Works on the oldest job for about `budgetMs`, in one transaction with the position it comes to: a crash takes both
 * back or neither.
 *
 * @returns `null` when there is no job.
 */
export function rescreenChunk(db: Db, at: string, budgetMs: number): RescreenChunk | null {
  // Asked every second, and nearly always for nothing: that must not wait for whoever writes.
  if (nextRescreen(db) === undefined) return null
  return inTransaction(db, () => {
    const job = nextRescreen(db)
    if (job === undefined) return null
    const until = performance.now() + budgetMs
    const revision = readRevisions(db).list
    const work: Work = { db, job, revision, at, did: { ...noCounts, alerts: [] } }
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
    } while (performance.now() < until)
    const done = under === items.length && items.length < itemsAtOnce
    saveRescreen(db, job.id, { position, counts: work.did, done, at })
    return work.did
  })
}

function isAt(position: RescreenPosition | null, item: RescreenItem): position is RescreenPosition {
  return position !== null && position.listId === item.listId && position.key === item.key
}

/** @returns where to go on with this entry; `null` when it is done. */
function workOn(work: Work, item: RescreenItem, cursor: string): string | null {
  return item.change === 'removed' ? tell(work, item, cursor) : match(work, item, cursor)
}

function tell({ db, job, at, did }: Work, item: RescreenItem, cursor: string): string | null {
  const told = tellEntryRemoved(db, { ...item, revision: job.revision }, cursor, hitsAtOnce, at)
  did.removals += told.length
  return told.length < hitsAtOnce ? null : (told.at(-1) ?? null)
}

function match(
  { db, job, revision, at, did }: Work,
  { listId, key }: RescreenItem,
  cursor: string,
): string | null {
  const entry = readEntry(db, listId, key)
  if (entry === undefined) return null
  const forms = formsOf(key)
  if (cursor === '') {
    const raised = alertOwn(db, entry, forms, revision, at)
    did.created += raised.length
    did.alerts.push(...raised)
  }
  if (job.kind === 'own') return null
  const page = nextHits(db, forms, { cursor, to: job.partiesTo, limit: hitsAtOnce })
  const chains = new Set<string>()
  for (const { stored, findings } of screenStored(db, entry, page.transactions)) {
    did.transactions++
    for (const finding of findings) {
      const outcome = writeAlert(db, stored.chain, stored.block, finding, revision, at)
      did[outcome]++
      if (outcome === 'created') did.alerts.push(alertId(stored.chain.caip2, finding))
      if (outcome !== 'known') chains.add(stored.chain.id)
    }
  }
  for (const chain of chains) {
    const { finalHeight } = readChainState(db, chain)
    if (finalHeight !== null) finalize(db, chain, finalHeight, at)
  }
  return page.cursor
}
