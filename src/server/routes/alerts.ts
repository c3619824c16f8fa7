import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AlertFilter } from '../../ledger/alerts/alert-filter.ts'
import { keyOfAlert } from '../../ledger/alerts/alert-keys.ts'
import { alertPage, type CurrentAlertRow, readAlert } from '../../ledger/alerts/alert-queries.ts'
import type { Db } from '../../ledger/database.ts'
import { readEntry } from '../../ledger/lists/list-entries.ts'
import { transactionsByHash } from '../../ledger/transfers/transactions-by-hash.ts'
import { csvLine } from '../csv.ts'
import { pageOf, paging, placeOf } from '../cursor.ts'
import { ProblemError } from '../problem.ts'
import { alertOf, camelName, coverageRows, eventOf, movementsOf } from '../rows.ts'
import { alertDetailShape, alertShape } from '../shapes/alerts.ts'
import { momentShape, page, periodOf } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'

/** Of routes about one alert. */
export const alertParams = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/, 'expected the id of an alert, 32 hex digits'),
})

const yes = z.enum(['true', 'false']).transform((word) => word === 'true')
const filters = z.strictObject({
  ...paging,
  chain: z.string().max(64).optional(),
  status: z.enum(['pending-mempool', 'pending', 'final', 'orphaned', 'withdrawn', 'attempted']).optional(),
  level: z.enum(['high', 'medium', 'low']).optional(),
  direction: z.enum(['deposit', 'withdrawal']).optional(),
  disposition: z
    .enum(['open', 'acknowledged', 'blocked', 'rejected', 'released', 'false-positive'])
    .optional(),
  list: z.string().max(64).optional(),
  subject: z.string().min(1).max(200).optional().describe('A part of the name of the listed party.'),
  reference: z.string().max(200).optional().describe('Your own id of the own address, or of the withdrawal.'),
  address: z.string().max(1_000).optional().describe('Own address, counterparty or listed address.'),
  tx: z.string().max(200).optional(),
  since: momentShape.optional().describe('Raised at or after.'),
  due: z.iso.date().optional().describe('Whose report is due on this day or before.'),
  filed: yes.optional().describe('Whose report was sent; `false`: was not, also where it is due anew.'),
  assignee: z.string().max(100).optional(),
  unassigned: yes.optional(),
  open: yes.optional().describe('Without a decision, neither orphaned nor withdrawn.'),
  canary: yes.optional().describe('With the test alerts of the canary.'),
  q: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('An address, transaction, reference, or part of a subject.'),
})

/** The queue of alerts, and everything of one. */
export const alertRoutes: Routes = (app, { db, now }) => {
  app.get(
    '/v1/alerts',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Alerts, newest first',
        description:
          'With `Accept: text/csv`, the same as CSV: the header `x-next-cursor` has the next page.',
        querystring: filters,
        response: answers({ 'application/json': page(alertShape), 'text/csv': z.string() }, always),
      },
    },
    async (request, reply) => {
      const { cursor, limit, due, since, unassigned, ...query } = request.query
      const after = placeOf(cursor, z.tuple([z.string(), z.string()]))
      const filter = {
        ...query,
        ...(since && periodOf({ since }, now())),
        ...(due && { dueBy: due }),
        ...(unassigned && { assignee: null }),
      } as AlertFilter
      const rows = alertPage(db, filter, after && { createdAt: after[0], id: after[1] }, limit + 1)
      const answer = pageOf(rows, limit, { item: alertOf, place: ({ created_at, id }) => [created_at, id] })
      if (!wantsCsv(request)) return answer
      if (answer.next !== null) reply.header('x-next-cursor', answer.next)
      const text = csvOf(rows.slice(0, limit))
      return reply.type('text/csv; charset=utf-8').serializer(String).send(text)
    },
  )
  app.get(
    '/v1/alerts/:id',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Everything of one alert',
        params: alertParams,
        response: answers(alertDetailShape, [...always, 'not-found']),
      },
    },
    async ({ params }) => detailOf(db, params.id),
  )
}

function wantsCsv({ headers }: FastifyRequest): boolean {
  return /\btext\/csv\b/.test(headers.accept ?? '')
}

function csvOf(rows: readonly CurrentAlertRow[]): string {
  const names = Object.keys(alertShape.shape)
  const columns = new Map(
    rows[0] === undefined ? [] : Object.keys(rows[0]).map((name) => [camelName(name), name]),
  )
  const line = (row: CurrentAlertRow) =>
    csvLine(names.map((name) => row[columns.get(name) as keyof CurrentAlertRow]))
  return [csvLine(names), ...rows.map(line), ''].join('\r\n')
}

function detailOf(db: Db, id: string): z.output<typeof alertDetailShape> {
  demandAlerts(db, [id])
  const { alert, events } = readAlert(db, id)
  const { chain, tx_hash, block_height } = alert
  const key = keyOfAlert(db, id)
  const entry = key === undefined ? undefined : readEntry(db, alert.list_id, key)
  const found = chain === null || tx_hash === null ? [] : transactionsByHash(db, chain, tx_hash)
  return {
    alert: alertOf(alert),
    events: events.map(eventOf),
    ...movementsOf(db, found, ({ transfer }) => transfer === alert.transfer),
    entry: entry === undefined ? null : entryOf(entry),
    coverage:
      chain === null || block_height === null
        ? []
        : coverageRows(db, chain, { from: block_height, to: block_height }),
  }
}

function entryOf(entry: NonNullable<ReturnType<typeof readEntry>>) {
  const { listId, category, address, subject, subjectIds, programs, listedOn, intervals } = entry
  return {
    ...{ list: listId, category, address, subject, listedOn },
    ...{ subjectIds: [...subjectIds], programs: [...programs] },
    intervals: intervals.map(({ from, to }) => ({ from, to })),
  }
}

/** @throws ProblemError `not-found` naming the ids that are no alert's. */
export function demandAlerts(db: Db, ids: readonly string[]): void {
  const missing = ids.filter((id) => keyOfAlert(db, id) === undefined)
  if (missing.length > 0)
    throw new ProblemError('not-found', `There is no alert ${missing.slice(0, 10).join(', ')}.`)
}
