import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { currentAlert } from '../../ledger/alerts/decisions.ts'
import type { Db } from '../../ledger/database.ts'
import { type Decided, decide } from '../../operations/decide.ts'
import { assign, comment } from '../../operations/follow-up.ts'
import { actOf } from '../callers.ts'
import type { ServerContext } from '../context.ts'
import { doOnce, onceHeaders } from '../once.ts'
import { ProblemError } from '../problem.ts'
import { decidedShape, decisionBody } from '../shapes/alerts.ts'
import { alertParams, demandAlerts } from './alerts.ts'
import { always, answers, type Routes } from './answers.ts'

const version = z.int().min(0)
const refusals = [
  ...always,
  'not-found',
  'alert-changed',
  'needs-other-person',
  'person-required',
  'key-reused',
  'busy',
] as const

const oneBody = z.strictObject({
  ...decisionBody,
  version: version.describe('Of the alert as it was seen: another one by now is refused.'),
})
const manyBody = z.strictObject({
  ...decisionBody,
  ids: z.array(alertParams.shape.id).min(1).max(500),
  versions: z
    .record(alertParams.shape.id, version)
    .optional()
    .describe(
      'Of each alert as it was seen, by id: another one by now is refused. Of all of them, or of none.',
    ),
})
const assigneeBody = z.strictObject({
  assignee: z.string().min(1).max(100).nullable().describe('null: to nobody.'),
  note: z.string().min(1).max(4_000).optional(),
})
const assignedShape = z.object({ id: z.string(), assignee: z.string().nullable() })

/** What people decide on alerts, and to whom they are given. */
export const decisionRoutes: Routes = (app, context) => {
  const { db, now } = context
  const config = { scope: 'decide' } as const
  app.post(
    '/v1/alerts/:id/decisions',
    {
      config,
      schema: {
        summary: 'Decides one alert',
        ...{ params: alertParams, headers: onceHeaders, body: oneBody },
        response: answers(decidedShape, refusals),
      },
    },
    (request, reply) => {
      const { version, ...body } = request.body
      const { id } = request.params
      return doOnce(context, request, reply, () => {
        const [decided] = decideAll(context, request, { ...body, ids: [id], version })
        if (decided === undefined) throw new Error('unreachable: one alert was decided')
        return decided
      })
    },
  )
  app.post(
    '/v1/decisions',
    {
      config,
      bodyLimit: 128 * 1024,
      schema: {
        summary: 'Decides up to 500 alerts, all or none',
        ...{ headers: onceHeaders, body: manyBody },
        response: answers(z.object({ data: z.array(decidedShape) }), refusals),
      },
    },
    (request, reply) => {
      const { versions, ...body } = request.body
      const unseen = versions && body.ids.find((id) => versions[id] === undefined)
      if (unseen !== undefined)
        throw new ProblemError('invalid-request', `body/versions: it has none of alert ${unseen}.`)
      return doOnce(context, request, reply, () => ({
        data: decideAll(context, request, { ...body, version: versions }),
      }))
    },
  )
  app.post(
    '/v1/alerts/:id/assignment',
    {
      config,
      schema: {
        summary: 'Gives an alert to a person, or to nobody',
        ...{ params: alertParams, headers: onceHeaders, body: assigneeBody },
        response: answers(assignedShape, [...always, 'not-found', 'key-reused', 'busy']),
      },
    },
    (request, reply) => {
      const { assignee, note = null } = request.body
      const { id } = request.params
      return doOnce(context, request, reply, () => {
        demandAlerts(db, [id])
        assign(db, [id], assignee, actOf(request, now(), note))
        return { id, assignee: currentAlert(db, id).assignee }
      })
    },
  )
}

interface Decision {
  ids: readonly string[]
  decision: z.output<typeof decisionBody.decision>
  note: string
  on?: string | undefined
  version: number | Readonly<Record<string, number>> | undefined
}

/** Inside a transaction. */
function decideAll(
  { db, now }: ServerContext,
  request: FastifyRequest,
  { ids, decision, note, on = undefined, version: seen }: Decision,
): z.output<typeof decidedShape>[] {
  demandAlerts(db, ids)
  const act = actOf(request, now(), note)
  if (decision === 'note')
    return comment(db, ids, act, seen).map((id) =>
      nowOf(db, { id, decision, outcome: 'noted', proposedBy: null, dueOn: null }),
    )
  const decided = decide(db, { ids, decision, on: on ?? null, version: seen }, act)
  return decided.map((each) => nowOf(db, each))
}

function nowOf(
  db: Db,
  decided: Omit<Decided, 'outcome' | 'decision'> & {
    outcome: Decided['outcome'] | 'noted'
    decision: string
  },
): z.output<typeof decidedShape> {
  const { version: next, disposition } = currentAlert(db, decided.id)
  return { ...decided, version: next, disposition }
}
