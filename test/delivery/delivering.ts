import { type Delivery, deliverRound } from '../../src/delivery/deliver.ts'
import type { Sink } from '../../src/delivery/sink.ts'
import { all, type Db, inTransaction } from '../../src/ledger/database.ts'
import { writeOutbox } from '../../src/ledger/events/outbox.ts'
import { at, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'

const signal = new AbortController().signal

/** Delivers from a ledger to a sink that is registered there, by a clock that moves only when a test says so. */
export function deliveringTo(db: Db, id: string, sink: Sink) {
  let nowMs = Date.parse(at)
  const delivery: Delivery = { db, id, sink, events: ['*'], now: () => nowMs, random: () => 0 }
  const deliver = async (): Promise<number | null> => {
    for (;;) {
      const { waitMs } = await deliverRound(delivery, signal)
      if (waitMs !== 0) return waitMs
    }
  }
  const pass = (ms: number | null) => {
    nowMs += ms ?? 0
  }
  return { db, deliver, pass }
}

/** An event that is of no alert. */
export const stale = (db: Db, data: object = {}) =>
  inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: { ...data } }))

/** Events of alerts, each of a transaction, all in one new block. */
export const alerts = (db: Db, ...ids: string[]) =>
  commit(db, [screened(ref(7 + all(db, 'select 1 from blocks').length), ids.map(listedDeposit))])
