import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { editSink, readSink, readSinks } from '../ledger/delivery/sinks.ts'
import { lastSequence } from '../ledger/events/outbox.ts'
import { checkedAct } from './act.ts'

/**
 * Tries a sink again at once: the sink itself, also where it was disabled, and the events that wait.
 *
 * @param which.dead also those that were given up. @param which.from delivers everything after this sequence again.
 * @returns how many events that were set aside are tried again.
 * @throws ChainscreenError `usage` for a sink that is not known, and a sequence that there is not yet.
 */
export function retrySink(
  db: Db,
  id: string,
  { dead, from }: { dead: boolean; from?: number | undefined },
  by: Act,
): number {
  const act = checkedAct(by)
  demandSink(db, id)
  const last = lastSequence(db)
  if (from !== undefined && from > last)
    throw new ChainscreenError('usage', `--from ${from} is above ${last}, the last event.`)
  return inTransaction(db, () => {
    const count = editSink(db, id, { retry: { dead }, ...(from !== undefined && { from }) }, act.at)
    writeAudit(db, act, 'delivery.retried', id, { dead, from: from ?? null, events: count })
    return count
  })
}

/**
 * Gives up events that a sink refused: they are delivered no more.
 *
 * @param sequences of them; `all`: every one that is set aside.
 * @returns how many.
 * @throws ChainscreenError `usage` for a sink that is not known.
 */
export function skipEvents(db: Db, id: string, sequences: readonly number[] | 'all', by: Act): number {
  const act = checkedAct(by)
  demandSink(db, id)
  return inTransaction(db, () => {
    const count = editSink(db, id, { skip: sequences }, act.at)
    writeAudit(db, act, 'delivery.skipped', id, { sequences, events: count })
    return count
  })
}

function demandSink(db: Db, id: string): void {
  if (readSink(db, id) !== undefined) return
  const known = readSinks(db).map((sink) => sink.id)
  throw new ChainscreenError(
    'usage',
    `No sink has the id ${id}; there are: ${known.join(', ') || 'none'}. A sink is known once \`run\` has started with it.`,
  )
}
