import { writeAlert } from '../../ledger/alerts/write-alert.ts'
import type { Db } from '../../ledger/database.ts'
import { type ScreenedClear, writeScreenedListed } from '../../ledger/events/screened-clear.ts'
import { readEntry } from '../../ledger/lists/list-entries.ts'
import {
  type MatchPosition,
  noCounts,
  type Rescreen,
  type RescreenCounts,
  type RescreenItem,
} from '../../ledger/lists/rescreens.ts'
import type { Revisions } from '../../ledger/revisions.ts'
import { alertId } from '../../screening/alert-id.ts'
import type { Finding } from '../../screening/types.ts'
import { alertsAtOnce, forgetLarge, screenedStored } from './large-transaction.ts'
import { alertOwn, hitsOf, type ScreenedHit, screeningStored, variantsOf } from './rescreen-entry.ts'

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
  /** What was answered `clear` before the list changed. */
  screened: ScreenedClear
  /** A large transaction has to be screened before it goes on: see {@link screenLarge}. */
  isPutOff: boolean
}

/** The alerts that an entry makes of one transaction, in the order of its transfers. */
interface HitAlerts extends Pick<ScreenedHit, 'stored'> {
  alerts: { id: string; finding: Finding }[]
}

function withIds(hit: ScreenedHit | undefined): HitAlerts | undefined {
  if (hit === undefined) return undefined
  const { stored, findings } = hit
  return {
    stored,
    alerts: findings.map((finding) => ({ id: alertId(stored.chain.caip2, finding), finding })),
  }
}

/**
 * Matches stored history with one entry, until the time is up.
 *
 * @param from where to go on; `null` to begin. @returns the next place; `null` when the entry is done.
 */
export function matchEntry(
  work: RescreenWork,
  item: RescreenItem,
  from: MatchPosition | null,
): MatchPosition | null {
  const { db, job, revisions, at, did } = work
  const entry = readEntry(db, item.listId, item.key)
  if (entry === undefined) return null
  const variants = variantsOf(item.key)
  if (from === null) {
    for (const { id, outcome } of alertOwn(db, entry, variants, revisions.list, at)) {
      if (outcome === 'known') continue
      did[outcome]++
      if (outcome === 'created') did.alerts.push(id)
    }
    const keys = variants.map((variant) => variant.key)
    writeScreenedListed(db, work.screened, entry, keys, { revision: job.revision, at })
  }
  if (job.kind === 'own') return null
  const screening = screeningStored(db, entry)
  let alert = from?.alert ?? null
  const range = { from: from ?? { variant: 0, row: 0 }, to: job.partiesTo, isUnderWay: alert !== null }
  for (const hit of hitsOf(db, variants, range)) {
    if (hit.transactionId !== null) {
      const { transactionId } = hit
      const about = [item.listId, item.key, revisions]
      const alerts = screenedStored(db, transactionId, about, () => withIds(screening(transactionId)))
      if (alerts === 'later') {
        work.isPutOff = true
        return { stage: 'match', ...hit.before, alert }
      }
      const last = alerts === undefined ? null : writeHit(work, alerts, alert)
      if (last !== null) return { stage: 'match', ...hit.before, alert: last }
      forgetLarge(db)
    }
    if (work.isTimeUp()) return { stage: 'match', ...hit.behind, alert: null }
    alert = null
  }
  return null
}

/** @param after the last alert that is written already. @returns the last one written; `null` when all are. */
function writeHit(work: RescreenWork, hit: HitAlerts, after: string | null): string | null {
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
