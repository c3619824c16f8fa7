import { z } from 'zod'
import { ProblemError } from './problem.ts'

const place = z
  .array(z.union([z.string(), z.number()]))
  .min(1)
  .max(4)

/** A place in a list of things, as clients pass it back. What is in it may change: nobody should look. */
export function cursorOf(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** @param shape what stands in it. @throws ProblemError `invalid-request` for a cursor of something else. */
export function placeOf<T>(cursor: string | undefined, shape: z.ZodType<T>): T | null {
  if (cursor === undefined) return null
  try {
    return shape.parse(place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))))
  } catch {
    throw new ProblemError('invalid-request', 'The cursor is none of this list: pass back `next` as it came.')
  }
}

/** Query parameters of every list of things. */
export const paging = {
  cursor: z.string().max(400).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
}

/** A page of rows of which one more than the limit was asked for. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, place: placeIn }: { item: (row: Row) => Item; place: (row: Row) => readonly (string | number)[] },
): { data: Item[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map(item),
    next: rows.length > limit && last !== undefined ? cursorOf(placeIn(last)) : null,
  }
}
