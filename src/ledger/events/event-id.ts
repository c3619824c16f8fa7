import { createHash } from 'node:crypto'

/** The first 16 bytes of the SHA-256 of fields, joined by newlines. */
function hashOf(fields: readonly string[]): Buffer {
  return createHash('sha256').update(fields.join('\n')).digest().subarray(0, 16)
}

/**
 * The id of an event of an alert: the same in every database, so that who hears of it from two daemons, or twice, knows.
 *
 * @param cause a block's hash, the SHA-256 of a list's version, a transaction, or the like: see {@link AlertEvent}. Of the act of a
 * person, which is done in one database: who did what, when and why.
 * @param times how often the same happened to the alert before, such as a block that was reorged out twice.
 */
export function alertEventId(alertId: string, kind: string, cause: string, times: number): Buffer {
  return hashOf([alertId, kind, cause, ...(times === 0 ? [] : [String(times)])])
}

/** The id of an event that was stored before events had ids: of this database alone. */
export function formerEventId(alertId: string, kind: string, seq: number): Buffer {
  return hashOf([alertId, kind, '', `seq ${seq}`])
}

/** The id of what one daemon alone can tell, such as that its chain halted. */
export function ownEventId(
  type: string,
  at: string,
  chain: string | null,
  sequence: number,
  data: string,
): Buffer {
  return hashOf([type, at, chain ?? '', String(sequence), data])
}

/** The id of the event that an address, once answered `clear`, is listed. */
export function screeningEventId(
  request: string,
  key: string,
  list: string,
  entry: string,
  seq: number,
): Buffer {
  return hashOf(['screening.listed', request, key, list, entry, String(seq)])
}
