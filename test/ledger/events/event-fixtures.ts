import { envelopeOf } from '../../../src/events/envelope.ts'
import type { Envelope } from '../../../src/events/shapes.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { readEpoch } from '../../../src/ledger/events/epoch.ts'
import { readEvents } from '../../../src/ledger/events/read-events.ts'

/** All events of a ledger, as they are sent. */
export function envelopes(db: Db, after = 0): Envelope[] {
  return readEvents(db, after, 10_000).map((event) => envelopeOf(event, readEpoch(db)))
}

/** Their types, in order. */
export function types(db: Db, after = 0): string[] {
  return envelopes(db, after).map(({ type }) => type)
}
