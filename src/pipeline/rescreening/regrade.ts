import {
  type AlertedTransaction,
  type AlertsPosition,
  alertedEntries,
  fillDecimals,
  type Grade,
  type GradedAlert,
  gradedAlert,
  type NamedTransfer,
  nextAlerted,
  type Regrade,
  type RegradePosition,
  renameTransfer,
  saveRegrade,
  transfersAfter,
  writeGradeEvent,
} from '../../ledger/alerts/regrades.ts'
import { writeAlert } from '../../ledger/alerts/write-alert.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { finalize } from '../../ledger/blocks/finality.ts'
import { findingsAsIfInForce } from '../../ledger/blocks/reinstate.ts'
import type { Db } from '../../ledger/database.ts'
import { readEntry } from '../../ledger/lists/list-entries.ts'
import { isOwn } from '../../ledger/own/own-addresses.ts'
import { type Revisions, readRevisions } from '../../ledger/revisions.ts'
import { assetName, type KnownAsset, readKnownAssets } from '../../ledger/transfers/known-assets.ts'
import { readStoredTransaction, type StoredTransaction } from '../../ledger/transfers/stored-transactions.ts'
import { alertId } from '../../screening/alert-id.ts'
import { alertsAt, isoTime } from '../../screening/in-force.ts'
import type { Tag } from '../../screening/level.ts'
import type { Finding } from '../../screening/types.ts'
import { alertsAtOnce, forgetLarge, screenedStored } from './large-transaction.ts'

/** What one short transaction did. */
export interface RegradeDid {
  /** Rows of transfers that are called otherwise. */
  transfers: number
  /** Events `regraded`, and how many of these alerts had a decision. */
  regraded: number
  decided: number
  /** Alerts that one alert of unknown assets stood for. */
  alerts: string[]
}

const transfersAtOnce = 200

/** A short transaction at work on a job. */
interface RegradeWork {
  db: Db
  job: Regrade
  known: ReadonlyMap<string, KnownAsset>
  revisions: Revisions
  at: string
  isTimeUp: () => boolean
  did: RegradeDid
  /** A large transaction has to be screened before it goes on: see `screenLarge`. */
  isPutOff: boolean
}

/** What a transaction comes to by the names of now: alerts that stand and those that would, by their ids. */
interface Regraded {
  stored: StoredTransaction
  alerts: { id: string; finding: Finding | undefined }[]
}

/**
 * Grades stored transfers, then the alerts that stand, by what the config says of assets now, until the time is up: inside
 * a transaction, with the position it comes to. At least one page of transfers, or one of the alerts of a transaction, unless
 * that is large and was not screened yet.
 */
export function regradeChunk(db: Db, job: Regrade, at: string, isTimeUp: () => boolean): RegradeDid {
  const did: RegradeDid = { transfers: 0, regraded: 0, decided: 0, alerts: [] }
  const work: RegradeWork = {
    ...{ db, job, known: readKnownAssets(db, job.chain), revisions: readRevisions(db) },
    ...{ at, isTimeUp, did, isPutOff: false },
  }
  let position: RegradePosition | null = job.position
  do {
    position =
      position.stage === 'transfers' ? renameSome(work, position.transfer) : gradeNext(work, position)
  } while (position !== null && !work.isPutOff && !isTimeUp())
  const { finalHeight } = readChainState(db, job.chain)
  if (did.alerts.length > 0 && finalHeight !== null) finalize(db, job.chain, finalHeight, at)
  saveRegrade(db, job.id, { ...did, created: did.alerts.length }, position, at)
  return did
}

function renameSome({ db, job, known, did }: RegradeWork, after: number): RegradePosition {
  const rows = transfersAfter(db, after, job.transfersTo, transfersAtOnce)
  for (const row of rows) {
    if (row.chain !== job.chain || !isAbout(job, row.asset)) continue
    const { symbol, tags } = nameNow(row, known)
    if (symbol === row.symbol && JSON.stringify(tags) === row.tags) continue
    renameTransfer(db, row.id, symbol, tags)
    did.transfers++
  }
  const last = rows.at(-1)
  if (last !== undefined && rows.length === transfersAtOnce) return { stage: 'transfers', transfer: last.id }
  return { stage: 'alerts', height: -1, tx: '', alert: null }
}

function isAbout({ assets }: Regrade, asset: string): boolean {
  return assets === null || assets.has(assetName(asset))
}

/**
 * A transfer that is tagged although its asset had a name was malformed, and stays so. Of one without a name that is not known:
 * its amount is zero, and so its level is low in either case.
 */
function nameNow(
  { asset, symbol: was, tags: text }: NamedTransfer,
  known: ReadonlyMap<string, KnownAsset>,
): { symbol: string | null; tags: Tag[] } {
  const symbol = known.get(assetName(asset))?.symbol ?? null
  const tags = JSON.parse(text) as Tag[]
  // Native money needs no name, and an undecoded log has its own tag.
  if (asset === 'native' || tags.includes('undecoded')) return { symbol, tags }
  if (symbol === null) return { symbol, tags: [...new Set<Tag>([...tags, 'unknown-asset'])] }
  return { symbol, tags: was === null ? tags.filter((tag) => tag !== 'unknown-asset') : tags }
}

function gradeNext(work: RegradeWork, after: AlertsPosition): RegradePosition | null {
  const { db, job, revisions } = work
  const next = nextAlerted(db, job.chain, after)
  if (next === undefined) return null
  if (next.id !== null) {
    const regrade = () => regradeStored(work, next)
    const regraded = screenedStored(db, next.id, ['regrade', job.id, revisions], regrade)
    if (regraded === 'later') {
      work.isPutOff = true
      return after
    }
    const last = regraded === undefined ? null : gradeTransaction(work, next, regraded, after.alert)
    if (last !== null) return { ...after, alert: last }
    forgetLarge(db)
  }
  return { stage: 'alerts', height: next.height, tx: next.tx, alert: null }
}

/**
 * Reads a transaction, and screens it with the entries that alerts stand of where it moved an asset that is meant. `undefined`
 * where its block was reorged out.
 */
function regradeStored({ db, job }: RegradeWork, at: AlertedTransaction): Regraded | undefined {
  const stored = at.id === null ? undefined : readStoredTransaction(db, at.id)
  if (stored === undefined) return undefined
  const isMeant = stored.tx.transfers.some(({ asset }) => isAbout(job, asset))
  const standing = isMeant ? alertedEntries(db, job.chain, at) : []
  const found = new Map<string, Finding | undefined>(standing.map(({ id }) => [id, undefined]))
  for (const finding of findingsAsIfInForce(db, stored.tx, stored.block, standing))
    found.set(alertId(stored.chain.caip2, finding), finding)
  const alerts = [...found].map(([id, finding]) => ({ id, finding }))
  return { stored, alerts: alerts.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

/** @param after the last alert that is done already. @returns the last one done; `null` when all are. */
function gradeTransaction(
  work: RegradeWork,
  at: AlertedTransaction,
  { stored, alerts }: Regraded,
  after: string | null,
): string | null {
  // One that is not among them any more is as if none was done: no alert gets the same event twice.
  const rest = alerts.slice(alerts.findIndex(({ id }) => id === after) + 1)
  for (const [index, { id, finding }] of rest.entries()) {
    const alert = gradedAlert(work.db, id, at)
    if (alert !== undefined) gradeStanding(work, stored, alert, finding)
    else if (finding !== undefined) raise(work, stored, id, finding)
    if (index + 1 >= alertsAtOnce && index + 1 < rest.length && work.isTimeUp()) return id
  }
  return null
}

function gradeStanding(
  work: RegradeWork,
  stored: StoredTransaction,
  alert: GradedAlert,
  found: Finding | undefined,
): void {
  // The other side may have become own since: what was raised before stands as it is.
  if (isOwn(work.db, work.job.chain, alert.party)) return
  const finding = found ?? ofItsTransferAlone(work.db, stored, alert)
  if (finding !== undefined) gradeAlert(work, alert, finding)
}

function raise(
  { db, revisions, at, did }: RegradeWork,
  stored: StoredTransaction,
  id: string,
  finding: Finding,
): void {
  if (!isRaisedNow(db, stored, finding)) return
  const outcome = writeAlert(db, stored.chain, stored.block, finding, revisions.list, at)
  if (outcome === 'created') did.alerts.push(id)
}

/** One alert stands for all unknown assets of a transaction: of an asset that lost its name others may stand. */
function ofItsTransferAlone(
  db: Db,
  { chain, block, tx }: StoredTransaction,
  alert: GradedAlert,
): Finding | undefined {
  const transfers = tx.transfers.filter(({ id }) => id === alert.transfer)
  return findingsAsIfInForce(db, { ...tx, transfers }, block, [alert]).find(
    (finding) => alertId(chain.caip2, finding) === alert.id,
  )
}

/** Whether a step or a re-screen would raise it: the other alerts of the transaction may be of an entry that left its list. */
function isRaisedNow(db: Db, { chain, block }: StoredTransaction, { entry, party }: Finding): boolean {
  const now = readEntry(db, entry.listId, entry.key)
  return now !== undefined && alertsAt(now, isoTime(block.time)) && !isOwn(db, chain.id, party)
}

function gradeAlert({ db, job, known, at, did }: RegradeWork, alert: GradedAlert, finding: Finding): void {
  const { level, tags, symbol, asset } = finding
  const grade: Grade = { level, tags, symbol, decimals: known.get(assetName(asset))?.decimals ?? null }
  if (job.assets === null && alert.decimals === null && grade.decimals !== null) {
    fillDecimals(db, alert.id, grade.decimals)
    alert.decimals = grade.decimals
  }
  if (sameNames(alert, grade)) return
  writeGradeEvent(db, alert.id, asset, grade, at)
  did.regraded++
  if (alert.disposition !== 'open') did.decided++
}

/** Whether the config's names say the same. What a newer version of chainscreen would grade otherwise stays as it was raised. */
function sameNames(a: Grade, b: Grade): boolean {
  const text = ({ tags, symbol, decimals }: Grade) =>
    JSON.stringify([tags.includes('unknown-asset'), symbol, decimals])
  return text(a) === text(b)
}
