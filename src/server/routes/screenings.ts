import { z } from 'zod'
import { readPasted } from '../../address/read-pasted.ts'
import { findScreenings } from '../../ledger/screenings.ts'
import { type ScreeningSubject, screen } from '../../operations/screen.ts'
import { actOf } from '../callers.ts'
import type { ServerContext } from '../context.ts'
import { pageOf, paging, placeOf } from '../cursor.ts'
import { doOnce, onceHeaders } from '../once.ts'
import { ProblemError } from '../problem.ts'
import { listOf, recordOf, resultOf, screeningTerms } from '../screening-answers.ts'
import { recordShape, screeningShape, subjectShape } from '../shapes/screenings.ts'
import { momentShape, page, periodOf } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'

const body = z.strictObject({ subjects: z.array(subjectShape).min(1).max(1_000) })

/** The pre-check of withdrawals, and its record. */
export const screeningRoutes: Routes = (app, context) => {
  const { db, now } = context
  app.post(
    '/v1/screenings',
    {
      config: { scope: 'screen' },
      bodyLimit: 1024 * 1024,
      schema: {
        summary: 'Checks addresses before something is sent to them',
        description: 'Each answer is a durable row before it is sent. What can not be checked is `unknown`.',
        headers: onceHeaders,
        body,
        response: answers(screeningShape, [...always, 'answer-outdated', 'key-reused', 'too-large', 'busy']),
      },
    },
    (request, reply) => {
      const subjects = request.body.subjects.map((subject) => withChain(context, subject))
      const act = { ...actOf(request, now()), via: 'api' as const }
      return doOnce(context, request, reply, () => answer(context, subjects, act), true)
    },
  )
  app.get(
    '/v1/screenings',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The record of pre-checks, newest first',
        querystring: z.strictObject({
          ...paging,
          address: z.string().max(1_000).optional(),
          reference: z.string().max(200).optional(),
          actor: z.string().max(100).optional(),
          request: z.string().max(64).optional(),
          verdict: z.enum(['clear', 'listed', 'unknown']).optional(),
          since: momentShape.optional(),
          until: momentShape.optional(),
        }),
        response: answers(page(recordShape), always),
      },
    },
    async ({ query: { cursor, limit, address, since, until, ...filter } }) => {
      const before = placeOf(cursor, z.tuple([z.int()]))?.[0] ?? null
      const rows = findScreenings(
        db,
        {
          ...filter,
          key: address === undefined ? undefined : keyIn(address),
          ...periodOf({ since, until }, now()),
        },
        { before, limit: limit + 1 },
      )
      return pageOf(rows, limit, { item: recordOf, place: ({ seq }) => [seq] })
    },
  )
}

function answer(
  context: ServerContext,
  subjects: readonly ScreeningSubject[],
  act: Parameters<typeof screen>[3],
) {
  const { request, results } = screen(context.db, subjects, screeningTerms(context), act)
  const [first] = results
  return {
    id: request,
    at: act.at,
    results: results.map((check) => resultOf(context, check)),
    lists: first?.lists.map(listOf) ?? [],
    revision: first?.revision ?? 0,
  }
}

/** An address that is asked about on a chain that nobody knows would look clear. */
function withChain(
  { settings }: ServerContext,
  { chain, ...subject }: z.output<typeof subjectShape>,
): ScreeningSubject {
  if (chain === undefined) return subject
  const known = settings.chains.find(({ id }) => id === chain)
  if (known !== undefined) return { ...subject, chain: known }
  const names = settings.chains.map(({ id }) => id).join(', ') || 'none'
  throw new ProblemError('invalid-request', `No chain of the config has that name; it has: ${names}.`)
}

/** The key of an address; of unreadable text what no row has. */
function keyIn(address: string): string {
  const parsed = readPasted(address)
  if (parsed.ok) return parsed.key
  throw new ProblemError('invalid-request', 'querystring/address: expected an address.')
}
