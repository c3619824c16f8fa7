import { z } from 'zod'
import { isoMoment } from '../../time/moments.ts'

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
