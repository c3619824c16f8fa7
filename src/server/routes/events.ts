import { z } from 'zod'
import { envelopeOf } from '../../events/envelope.ts'
import type { Envelope } from '../../events/shapes.ts'
import { isAskedFor, isEventPattern } from '../../events/types.ts'
import type { Db } from '../../ledger/database.ts'
import { noteHandedOut, readEpoch } from '../../ledger/events/epoch.ts'
import { lastSequence } from '../../ledger/events/outbox.ts'
import { readEvents } from '../../ledger/events/read-events.ts'
import { ProblemError } from '../problem.ts'
import { eventShape } from '../shapes/events.ts'
import { page } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'
import { streamEvents } from './event-stream.ts'

const epoch = z.string().regex(/^[0-9a-f]{32}$/, 'expected the epoch of an event, 32 hex digits')
const after = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Types and groups, such as `alert.*,list.held`. */
const types = z
  .string()
  .transform((text) => text.split(','))
  .refine((patterns) => patterns.every(isEventPattern), 'expected types such as alert.created, or alert.*')
  .optional()
  .describe('Only these: types, and groups such as `alert.*`, with commas between.')

const eventsPage = page(eventShape).extend({
  cursor: z
    .object({ after: z.int(), epoch: z.string() })
    .describe('Where to go on, also when this page is the last one for now.'),
})

/** Everything that happened, in order, from any point; and as a stream. */
export const eventRoutes: Routes = (app, context) => {
  const { db } = context
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.get(
    '/v1/events',
    {
      config: { scope: 'read', writes: true },
      schema: {
        summary: 'Events after a sequence, in order',
        querystring: z.strictObject({
          after: after
            .default(0)
            .describe('The sequence of the last event you have. Default: 0, from the first on.'),
          epoch: epoch.optional().describe('The epoch of that event.'),
          types,
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
        response: answers(eventsPage, [...always, 'epoch-changed']),
      },
    },
    async ({ query }) => {
      const now = demandCursor(db, query)
      const read = await nextEvents(db, query.after, query.limit, query.types)
      return {
        data: read.events,
        next: read.isLast ? null : String(read.after),
        cursor: { after: read.after, epoch: now },
      }
    },
  )
  app.get(
    '/v1/events/stream',
    {
      config: { scope: 'read', writes: true },
      schema: {
        summary: 'Events as they happen, as server-sent events',
        description:
          'Goes on after `Last-Event-ID`, else after `after`, else with what happens from now on. A comment every 15 seconds says that it lives.',
        querystring: z.strictObject({ after: after.optional(), epoch: epoch.optional(), types }),
        headers: z.object({
          'last-event-id': z
            .string()
            .regex(/^[0-9a-f]+:\d{1,16}$/, 'expected the id of an event')
            .optional(),
        }),
        response: answers({ 'text/event-stream': z.string() }, [...always, 'epoch-changed', 'busy']),
      },
    },
    async (request, reply) => {
      const { query, headers } = request
      const [lastEpoch, last] = headers['last-event-id']?.split(':') ?? []
      const cursor = last === undefined ? query : { after: Number(last), epoch: lastEpoch }
      demandCursor(db, cursor)
      await streamEvents(request, reply, context, {
        after: cursor.after ?? lastSequence(db),
        types: query.types,
        closing: closing.signal,
      })
    },
  )
}

/**
 * The epoch now, for a cursor of it.
 *
 * @throws ProblemError `epoch-changed` for a cursor of another state of the database: what it counts means something else here.
 */
function demandCursor(
  db: Db,
  { after = 0, epoch }: { after?: number | undefined; epoch?: string | undefined },
): string {
  const now = readEpoch(db)
  if ((epoch === undefined || epoch === now) && after <= lastSequence(db)) return now
  throw new ProblemError(
    'epoch-changed',
    'The database was restored since, or is another one: read its events from the first on, and heed each id once.',
  )
}

/** Events of one look. */
export interface NextEvents {
  events: Envelope[]
  /** Everything up to this sequence was looked at. */
  after: number
  /** There is nothing more for now. */
  isLast: boolean
}

/** Events after a sequence, as they are sent, and noted as handed out. @param types all, where not given. */
export async function nextEvents(
  db: Db,
  after: number,
  limit: number,
  types: readonly string[] | undefined,
): Promise<NextEvents> {
  const known = lastSequence(db)
  const stored = readEvents(db, after, limit)
  const isLast = stored.length < limit
  const to = Math.max(after, stored.at(-1)?.sequence ?? 0, isLast ? known : 0)
  if (stored.length > 0) await noteHandedOut(db, to)
  const epoch = readEpoch(db)
  const events = stored
    .map((event) => envelopeOf(event, epoch))
    .filter(({ type }) => types === undefined || isAskedFor(type, types))
  return { events, after: to, isLast }
}
