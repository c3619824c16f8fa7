import { z } from 'zod'
import { isoMoment } from '../../time/moments.ts'
import { ProblemError } from '../problem.ts'

/** A page of things. @param data the shape of one. */
export function page<Item extends z.ZodType>(data: Item) {
  return z.object({
    data: z.array(data),
    next: z.string().nullable().describe('`cursor` of the next page; null at the end.'),
  })
}

/** Why something is done, for the record, which keeps it permanently. */
export const noteShape = z.string().min(1).max(4_000).describe('Why, for the record. Kept permanently.')

/** A moment in a query: a date (its beginning in UTC), or a date and a time with its zone. */
export const momentShape = z
  .string()
  .refine((text) => isoMoment(text) !== null, 'expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z')
  .describe('Such as 2026-01-31, or 2026-01-31T12:00:00Z.')

/** A block's time may be two hours ahead, and so may what a client remembers of it. */
const toleratedMs = 24 * 3_600_000

/**
 * The moments of a query that `momentShape` took, as the database writes moments.
 *
 * @param now ISO-8601.
 * @throws ProblemError `invalid-request` where they can hold nothing: an empty answer would look like good news.
 */
export function periodOf(
  query: { since?: string | undefined; until?: string | undefined },
  now: string,
): { since: string | undefined; until: string | undefined } {
  const moment = (text: string | undefined) => (text === undefined ? undefined : (isoMoment(text) ?? text))
  const [since, until] = [moment(query.since), moment(query.until)]
  if (since !== undefined && Date.parse(since) > Date.parse(now) + toleratedMs)
    throw new ProblemError('invalid-request', 'querystring/since: expected no time in the future.')
  if (since !== undefined && until !== undefined && since > until)
    throw new ProblemError('invalid-request', 'querystring/until: expected a time after `since`.')
  return { since, until }
}
