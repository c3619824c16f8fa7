import { writeAlert } from '../../ledger/alerts/write-alert.ts'
import type { Db } from '../../ledger/database.ts'
import { readEntry } from '../../ledger/lists/list-entries.ts'
import {
  noCounts,
  type Rescreen,
  type RescreenCounts,
  type RescreenItem,
} from '../../ledger/lists/rescreens.ts'
import type { Revisions } from '../../ledger/revisions.ts'
import { alertsOfHit, forgetHit, type HitAlerts } from './hit-alerts.ts'
import { alertOwn, formsOf, hitsOf, screeningStored } from './rescreen-entry.ts'

/** What one short transaction did. */
export interface RescreenChunk extends RescreenCounts {
  /** The ids of the alerts it raised. */
  alerts: string[]
  /** Alerts that are graded anew, since the config calls their assets otherwise; and how many of them had a decision. */
  gradedAnew: number
  gradedDecided: number
}

/** Nothing. */
export function noChunk(): RescreenChunk {
  return { ...noCounts, alerts: [], gradedAnew: 0, gradedDecided: 0 }
}

/** A short transaction at work on a job. */
export interface RescreenWork {
  db: Db
  job: Rescreen
  /** Now: entries are read as they are, not as they were when the job was written down. */
  revisions: Revisions
  at: string
  isTimeUp: () => boolean
  did: RescreenChunk
  /** The chains that it wrote alerts of. */
  touched: Set<string>
  /** Something has to be worked out before it goes on: see `prepareHit`. */
  isPutOff: boolean
}

/** Written before the time is looked at: whatever it took to read a transaction, some of its alerts come of it. */
const alertsAtOnce = 50

/**
 * Matches stored history with one entry, until the time is up.
 *
 * @param cursor where to go on, `''` to begin: a place of `hitsOf`, inside a transaction with `:` and the last alert
 * that was written of it. @returns the next cursor; `null` when the entry is done.
 */
export function matchEntry(work: RescreenWork, item: RescreenItem, cursor: string): string | null {
  const { db, job, revisions, at, did } = work
  const entry = readEntry(db, item.listId, item.key)
  if (entry === undefined) return null
  const forms = formsOf(item.key)
  if (cursor === '') {
    for (const { id, outcome } of alertOwn(db, entry, forms, revisions.list, at)) {
      if (outcome === 'known') continue
      did[outcome]++
      if (outcome === 'created') did.alerts.push(id)
    }
  }
  if (job.kind === 'own') return null
  const entryAtWork = { item, revisions, screening: screeningStored(db, entry) }
  const [form = '', row = '', alert] = cursor.split(':')
  let written = alert ?? ''
  const place = cursor === '' ? '' : `${form}:${row}`
  for (const hit of hitsOf(db, forms, { place, to: job.partiesTo, isUnderWay: written !== '' })) {
    if (hit.transactionId !== null) {
      const alerts = alertsOfHit(db, entryAtWork, hit.transactionId)
      if (alerts === 'later') {
        work.isPutOff = true
        return written === '' ? hit.before : `${hit.before}:${written}`
      }
      const last = alerts === undefined ? null : writeHit(work, alerts, written)
      if (last !== null) return `${hit.before}:${last}`
      forgetHit(db)
    }
    if (work.isTimeUp()) return hit.behind
    written = ''
  }
  return null
}

/** @param after the last alert that is written already, or `''`. @returns the last one written; `null` when all are. */
function writeHit(work: RescreenWork, hit: HitAlerts, after: string): string | null {
  const { db, revisions, at, did } = work
  const { chain, block } = hit.stored
  // One that is not among them any more is as if none was written: those that stand are known.
  const rest = hit.alerts.slice(hit.alerts.findIndex(({ id }) => id === after) + 1)
  for (const [index, { id, finding }] of rest.entries()) {
    const outcome = writeAlert(db, chain, block, finding, revisions.list, at)
    did[outcome]++
    if (outcome === 'created') did.alerts.push(id)
    if (outcome !== 'known') work.touched.add(chain.id)
    if (index + 1 >= alertsAtOnce && index + 1 < rest.length && work.isTimeUp()) return id
  }
  did.transactions++
  return null
}
