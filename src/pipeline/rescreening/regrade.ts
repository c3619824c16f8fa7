import {
  type AlertedTransaction,
  fillDecimals,
  type Grade,
  type GradedAlert,
  gradedAlerts,
  type NamedTransfer,
  nextAlerted,
  type Regrade,
  type RegradePosition,
  renameTransfer,
  saveRegrade,
  tellGrade,
  transfersAfter,
} from '../../ledger/alerts/regrades.ts'
import { writeAlert } from '../../ledger/alerts/write-alert.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { finalize } from '../../ledger/blocks/finality.ts'
import { findingsAsIfInForce } from '../../ledger/blocks/reinstate.ts'
import type { Db } from '../../ledger/database.ts'
import { readEntry } from '../../ledger/lists/list-entries.ts'
import { isOwn } from '../../ledger/own/own-addresses.ts'
import { readRevisions } from '../../ledger/revisions.ts'
import { assetName, type KnownAsset, readKnownAssets } from '../../ledger/transfers/known-assets.ts'
import { readStoredTransaction, type StoredTransaction } from '../../ledger/transfers/stored-transactions.ts'
import { alertId } from '../../screening/alert-id.ts'
import { alertsAt, isoTime } from '../../screening/in-force.ts'
import type { Tag } from '../../screening/level.ts'
import type { Finding } from '../../screening/types.ts'

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
  at: string
  did: RegradeDid
}

/**
 * Grades stored transfers, then the alerts that stand, by what the config says of assets now, until the time is up: inside
 * a transaction, with the position it comes to. At least one page of transfers, or one transaction.
 */
export function regradeChunk(db: Db, job: Regrade, at: string, isTimeUp: () => boolean): RegradeDid {
  const did: RegradeDid = { transfers: 0, regraded: 0, decided: 0, alerts: [] }
  const work: RegradeWork = { db, job, known: readKnownAssets(db, job.chain), at, did }
  let position: RegradePosition | null = job.position
  do {
    position = 'transfers' in position ? renameSome(work, position.transfers) : gradeNext(work, position)
  } while (position !== null && !isTimeUp())
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
  return last === undefined || rows.length < transfersAtOnce ? { height: -1, tx: '' } : { transfers: last.id }
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

function gradeNext(work: RegradeWork, after: { height: number; tx: string }): RegradePosition | null {
  const { db, job } = work
  const next = nextAlerted(db, job.chain, after)
  if (next === undefined) return null
  const stored = next.id === null ? undefined : readStoredTransaction(db, next.id)
  if (stored?.tx.transfers.some(({ asset }) => isAbout(job, asset))) gradeTransaction(work, next, stored)
  return { height: next.height, tx: next.tx }
}

function gradeTransaction(work: RegradeWork, at: AlertedTransaction, stored: StoredTransaction): void {
  const { db, job, did } = work
  const alerts = gradedAlerts(db, job.chain, at)
  const found = new Map(
    findingsAsIfInForce(db, stored.tx, stored.block, alerts).map((finding) => [
      alertId(stored.chain.caip2, finding),
      finding,
    ]),
  )
  for (const alert of alerts) {
    const finding = found.get(alert.id) ?? ofItsTransferAlone(db, stored, alert)
    found.delete(alert.id)
    // The other side may have become own since: what was raised before stands as it is.
    if (finding !== undefined && !isOwn(db, job.chain, alert.party)) gradeAlert(work, alert, finding)
  }
  for (const [id, finding] of found) {
    if (!isRaisedNow(db, stored, finding)) continue
    const outcome = writeAlert(db, stored.chain, stored.block, finding, readRevisions(db).list, work.at)
    if (outcome === 'created') did.alerts.push(id)
  }
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
  tellGrade(db, alert.id, asset, grade, at)
  did.regraded++
  if (alert.disposition !== 'open') did.decided++
}

/** Whether the config's names say the same. What a newer version of chainscreen would grade otherwise stays as it was raised. */
function sameNames(a: Grade, b: Grade): boolean {
  const text = ({ tags, symbol, decimals }: Grade) =>
    JSON.stringify([tags.includes('unknown-asset'), symbol, decimals])
  return text(a) === text(b)
}
