import { atOnce } from '../../in-slices.ts'
import type { Db } from '../../ledger/database.ts'
import type { RescreenItem } from '../../ledger/lists/rescreens.ts'
import type { Revisions } from '../../ledger/revisions.ts'
import { stands, stateOfStored } from '../../ledger/transfers/stored-transactions.ts'
import { alertId } from '../../screening/alert-id.ts'
import type { Finding } from '../../screening/types.ts'
import type { ScreenedHit, ScreeningStored } from './rescreen-entry.ts'

/** The alerts that an entry makes of one transaction, in the order of its transfers. */
export interface HitAlerts extends Pick<ScreenedHit, 'stored'> {
  alerts: { id: string; finding: Finding }[]
}

/** An entry at work, and the revisions at which it was read. */
export interface EntryAtWork {
  item: RescreenItem
  revisions: Revisions
  screening: ScreeningStored
}

/** The lists and own addresses may change as often as it takes: after so many times it is done in one go. */
const patientTries = 3

/** Alert ids that are made between two interruptions. */
const idsAtOnce = 100

/** What is worked out, or was and is not written whole yet: it takes longer than writing a part of it. */
interface Prepared {
  /** Of which entry and transaction. */
  about: string
  revisions: string
  /** What was stored of it when it was begun. */
  rows: string | undefined
  tries: number
  /** What is still to be done. */
  work: Generator<undefined, HitAlerts | undefined> | null
  result: HitAlerts | undefined
  /** The same was stored of it when it was done, as `readingStoredTransaction` asks for. */
  isChecked: boolean
}

const preparations = new WeakMap<Db, Prepared>()

/**
 * Works, outside of transactions, on what {@link alertsOfHit} put off, until the time is up.
 *
 * @returns whether there was something to do.
 */
export function prepareHit(db: Db, isTimeUp: () => boolean): boolean {
  const prepared = preparations.get(db)
  if (prepared === undefined || prepared.work === null) return false
  do {
    const { done, value } = prepared.work.next()
    if (done !== true) continue
    prepared.work = null
    prepared.result = value
    break
  } while (!isTimeUp())
  return true
}

/** It is written whole, or there is nothing to be done with it any more. */
export function forgetHit(db: Db): void {
  preparations.delete(db)
}

/**
 * What an entry makes of a transaction, inside a transaction of the database.
 *
 * @returns `later` where working it out takes so long that it is done before the lock is taken: ask again when
 * {@link prepareHit} has nothing to do. `undefined` where the block lost.
 */
export function alertsOfHit(db: Db, at: EntryAtWork, transactionId: number): HitAlerts | undefined | 'later' {
  const about = JSON.stringify([transactionId, at.item.listId, at.item.key])
  const revisions = JSON.stringify(at.revisions)
  const known = preparations.get(db)
  const prepared = known?.about === about ? known : undefined
  const { isChecked = false, result } = prepared?.revisions === revisions ? prepared : {}
  if (isChecked && result && stands(db, transactionId)) return result
  const rows = prepared && stateOfStored(db, transactionId)
  if (prepared && rows === undefined) return undefined
  if (prepared && result && prepared.rows === rows) {
    prepared.isChecked = true
    return result
  }
  const tries = prepared?.tries ?? 0
  if (prepared === undefined || tries === patientTries) {
    const hit = prepared ? at.screening.whole(transactionId) : at.screening.ifSmall(transactionId)
    if (hit === undefined) return undefined
    if (hit !== 'large') {
      const done = atOnce(withIds(hit))
      preparations.set(db, { about, revisions, rows, tries, work: null, result: done, isChecked: true })
      return done
    }
  }
  // Also where there was no result, since the block was lost then, and came back.
  const begun = { about, revisions, rows: rows ?? stateOfStored(db, transactionId) }
  if (begun.rows === undefined) return undefined
  const work = preparing(at.screening, transactionId)
  preparations.set(db, { ...begun, tries: tries + 1, work, result: undefined, isChecked: false })
  return 'later'
}

function* preparing(
  screening: ScreeningStored,
  transactionId: number,
): Generator<undefined, HitAlerts | undefined> {
  const hit = yield* screening.inSlices(transactionId)
  return hit && (yield* withIds(hit))
}

function* withIds({ stored, findings }: ScreenedHit): Generator<undefined, HitAlerts> {
  const alerts: HitAlerts['alerts'] = []
  for (const finding of findings) {
    alerts.push({ id: alertId(stored.chain.caip2, finding), finding })
    if (alerts.length % idsAtOnce === 0) yield
  }
  return { stored, alerts }
}
