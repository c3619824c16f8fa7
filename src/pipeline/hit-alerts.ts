import { atOnce } from '../in-slices.ts'
import type { Db } from '../ledger/database.ts'
import type { RescreenItem } from '../ledger/rescreens.ts'
import type { Revisions } from '../ledger/revisions.ts'
import { sizeOfStored, stands } from '../ledger/stored-transactions.ts'
import { alertId } from '../screening/alert-id.ts'
import type { Entry, Finding } from '../screening/types.ts'
import { type ScreenedHit, screeningLarge } from './rescreen-entry.ts'

/** The alerts that an entry makes of one transaction, in the order of its transfers. */
export interface HitAlerts extends Pick<ScreenedHit, 'stored'> {
  alerts: { id: string; finding: Finding }[]
}

/** An entry at work, and the revisions at which it was read. */
export interface EntryAtWork {
  item: RescreenItem
  entry: Entry
  revisions: Revisions
  /** What it says of a transaction, at once. */
  screened: (transactionId: number) => ScreenedHit | undefined
}

/** Rows of a transaction, above which it is worked out before the write lock is taken: fewer take some milliseconds. */
const large = 400

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
  rows: string
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
  const size = sizeOfStored(db, transactionId)
  if (size === undefined) return undefined
  const same = { about, revisions, rows: size.rows }
  // No result, where the block was lost then: it came back.
  if (prepared && result && prepared.rows === size.rows) {
    preparations.set(db, { ...prepared, isChecked: true })
    return result
  }
  const tries = (prepared?.tries ?? 0) + 1
  if (size.count > large && tries <= patientTries) {
    const work = preparing(db, at.entry, transactionId)
    preparations.set(db, { ...same, tries, work, result: undefined, isChecked: false })
    return 'later'
  }
  const hit = at.screened(transactionId)
  const now = hit && atOnce(withIds(hit))
  preparations.set(db, { ...same, tries, work: null, result: now, isChecked: true })
  return now
}

function* preparing(
  db: Db,
  entry: Entry,
  transactionId: number,
): Generator<undefined, HitAlerts | undefined> {
  const hit = yield* screeningLarge(db, entry, transactionId)
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
