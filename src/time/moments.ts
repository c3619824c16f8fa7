const zone = String.raw`(?:Z|[+-]\d{2}:\d{2})`
const shape = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?${zone})?$`)

/**
 * A moment in the words of a person, as this database writes moments, so that they compare as text: a date (its beginning in
 * UTC), or a date and a time with its zone. `null` for anything else: a time without a zone is another moment on every machine.
 *
 * @example
 * isoMoment('2026-01-31T12:00+02:00') // '2026-01-31T10:00:00.000Z'
 */
export function isoMoment(text: string): string | null {
  const date = shape.exec(text)?.[1]
  // Days that no month has would be read as days of the next one.
  if (date === undefined || dayOf(Date.parse(`${date}T00:00Z`)) !== date) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

function dayOf(time: number): string | null {
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length)
}

/** So far the clocks of two machines may differ, or a block's time be ahead. */
const toleratedMs = 5 * 60_000

/**
 * Whether a moment that was noted when it had come has not: the clock was wrong then, or is wrong now, and no age that is
 * counted from it means anything.
 *
 * @param moment, at ISO-8601.
 */
export function isInFuture(moment: string, at: string): boolean {
  return Date.parse(moment) - Date.parse(at) > toleratedMs
}
