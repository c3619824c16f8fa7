import { z } from 'zod'

/** A page of things. @param data the shape of one. */
export function page<Item extends z.ZodType>(data: Item) {
  return z.object({
    data: z.array(data),
    next: z.string().nullable().describe('`cursor` of the next page; null at the end.'),
  })
}

/** Why something is done, for the record, which keeps it permanently. */
export const noteShape = z.string().min(1).max(4_000).describe('Why, for the record. Kept permanently.')
