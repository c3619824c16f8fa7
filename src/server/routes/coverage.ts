import { z } from 'zod'
import { readCoverage } from '../../ledger/coverage/coverage-queries.ts'
import { shared } from '../../ledger/coverage/ranges.ts'
import { pageOf, paging, placeOf } from '../cursor.ts'
import { ProblemError } from '../problem.ts'
import { coverageRows } from '../rows.ts'
import { coverageRowShape } from '../shapes/alerts.ts'
import { always, answers, type Routes } from './answers.ts'

const height = z.int().nullable()
const gap = z.object({
  from: height.describe('null, both: the chain as a whole.'),
  to: height,
  reason: z.string(),
  transactions: z.int().optional().describe('Only so many transactions of these blocks.'),
})
const coverageShape = z
  .object({
    chain: z.string(),
    caip2: z.string().nullable(),
    startHeight: height,
    cursorHeight: height,
    headHeight: height,
    finalHeight: height,
    historyRevision: z.int().describe('Stored history was matched against this list revision.'),
    ranges: z.array(
      z.object({
        from: z.int(),
        to: z.int(),
        level: z.string(),
        listRevision: z.int(),
        ownRevision: z.int(),
        proved: z.boolean(),
      }),
    ),
    gaps: z.array(gap),
    notes: z.array(gap),
    readings: z.array(coverageRowShape).describe('Rows of `coverage`, with their digests: a page of them.'),
    next: z.string().nullable().describe('`cursor` of the next page of readings; null at the end.'),
  })
  .meta({ id: 'Coverage' })

/** What was screened of a chain, and what was not. */
export const coverageRoutes: Routes = (app, { db, settings }) => {
  app.get(
    '/v1/coverage/:chain',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'What was screened of a chain, with every gap and its reason',
        params: z.object({ chain: z.string().max(64) }),
        querystring: z.strictObject({
          cursor: paging.cursor,
          limit: z.coerce.number().int().min(1).max(10_000).default(1_000).describe('Of readings.'),
          from: z.coerce.number().int().min(0).optional(),
          to: z.coerce.number().int().min(0).optional(),
        }),
        response: answers(coverageShape, [...always, 'not-found']),
      },
    },
    async ({ params, query: { cursor, limit, from = 0, to = Number.MAX_SAFE_INTEGER } }) => {
      const after = placeOf(cursor, z.tuple([z.int()]))?.[0] ?? 0
      const [found] = readCoverage(db, params.chain, settings.chains)
      if (found === undefined) throw new ProblemError('not-found', 'There is no chain of that name.')
      // Of no block there is no gap: that would look like good news.
      if (from > to)
        throw new ProblemError('invalid-request', 'querystring/to: expected no height below `from`.')
      const asked = { from, to }
      const within = (range: { from: number | null; to: number | null }) =>
        range.from === null || range.to === null || shared({ from: range.from, to: range.to }, asked) !== null
      const rows = coverageRows(db, params.chain, asked, after, limit + 1)
      const { data: readings, next } = pageOf(rows, limit, { item: (row) => row, place: ({ id }) => [id] })
      const { chain, caip2, startHeight, cursorHeight, headHeight, finalHeight, historyRevision } = found
      return {
        ...{ chain, caip2, startHeight, cursorHeight, headHeight, finalHeight, historyRevision },
        ranges: found.ranges
          .filter(within)
          .map(({ weaker: _, unproved, ...range }) => ({ ...range, proved: unproved !== true })),
        gaps: found.gaps.filter(within),
        notes: found.notes.filter(within),
        ...{ readings, next },
      }
    },
  )
}
