import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { editSink, readParked, readSink, readSinks, type SinkRow } from '../ledger/delivery/sinks.ts'
import { readEvent } from '../ledger/events/read-events.ts'
import { checkedAct } from './act.ts'

/**
 * Tries a sink again at once: the sink itself, also where it was disabled, and the events that wait.
 *
 * @param which.dead also those that were given up. @param which.from delivers everything after this sequence again.
 * @returns how many events that were set aside are tried again.
 * @throws ChainscreenError `usage` for a sink that is not known, and a sequence above its cursor: what is between would be lost.
 */
export function retrySink(
  db: Db,
  id: string,
  { dead, from }: { dead: boolean; from?: number | undefined },
  by: Act,
): number {
  const act = checkedAct(by)
  return inTransaction(db, () => {
    const { cursor } = demandSink(db, id)
    if (from !== undefined && from > cursor)
      throw new ChainscreenError(
        'usage',
        `--from ${from} is above ${cursor}, up to which ${id} has its events: the events between would be lost. \`deliveries skip ${id} SEQUENCE…\` gives events up.`,
      )
    const count = editSink(db, id, { retry: { dead }, ...(from !== undefined && { from }) }, act.at)
    writeAudit(db, act, 'delivery.retried', id, { dead, from: from ?? null, events: count })
    return count
  })
}

/**
 * Gives up events that a sink refused, or has not got yet: they are not delivered.
 *
 * @param sequences of them; `all`: every one that is set aside.
 * @returns how many.
 * @throws ChainscreenError `usage` for a sink that is not known, and for a sequence that is neither set aside nor an event that
 * the sink has yet to get: nothing is given up then.
 */
export function skipEvents(db: Db, id: string, sequences: readonly number[] | 'all', by: Act): number {
  const act = checkedAct(by)
  return inTransaction(db, () => {
    const sink = demandSink(db, id)
    if (sequences !== 'all') demandEvents(db, sink, sequences)
    const count = editSink(db, id, { skip: sequences }, act.at)
    writeAudit(db, act, 'delivery.skipped', id, { sequences, events: count })
    return count
  })
}

function demandEvents(db: Db, { id, cursor }: SinkRow, sequences: readonly number[]): void {
  const parked = new Set(readParked(db, id).map(({ sequence }) => sequence))
  const unknown = sequences.filter(
    (sequence) => !parked.has(sequence) && (sequence <= cursor || readEvent(db, sequence) === undefined),
  )
  if (unknown.length === 0) return
  throw new ChainscreenError(
    'usage',
    `${id} has no such events before it: ${unknown.join(', ')}. Expected events that \`deliveries list ${id}\` shows, or events after ${cursor}. Nothing was given up.`,
  )
}

/** @throws ChainscreenError `usage` for a sink that is not known. */
export function demandSink(db: Db, id: string): SinkRow {
  const sink = readSink(db, id)
  if (sink !== undefined) return sink
  const known = readSinks(db).map((sink) => sink.id)
  throw new ChainscreenError(
    'usage',
    `No sink has the id ${id}; there are: ${known.join(', ') || 'none'}. A sink is known once \`run\` has started with it.`,
  )
}
