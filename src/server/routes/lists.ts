import { z } from 'zod'
import type { Db } from '../../ledger/database.ts'
import {
  findSnapshot,
  listSnapshots,
  type SnapshotEntry,
  type SnapshotRow,
} from '../../ledger/lists/list-snapshots.ts'
import { findList } from '../../ledger/lists/lists.ts'
import { type ListReport, reportDiff, reportLists } from '../../lists/report.ts'
import { approveList } from '../../operations/lists.ts'
import { actOf } from '../callers.ts'
import { ProblemError } from '../problem.ts'
import { approvalShape, diffShape, listShape, versionShape } from '../shapes/lists.ts'
import { noteShape, page } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'

const listParams = z.object({ id: z.string().max(64) })
const versionParams = listParams.extend({
  version: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of a version, 64 hex digits'),
})

/** The lists: state, versions, what a version changes, approval. */
export const listRoutes: Routes = (app, context) => {
  const { db, settings, now } = context
  app.get(
    '/v1/lists',
    {
      config: { scope: 'read' },
      schema: { summary: 'State and age of every list', response: answers(page(listShape), always) },
    },
    async () => ({ data: reportLists(db, undefined, now(), settings.lists).map(listOf), next: null }),
  )
  app.get(
    '/v1/lists/:id/versions',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Versions of a list, newest first',
        params: listParams,
        response: answers(page(versionShape), [...always, 'not-found']),
      },
    },
    async ({ params }) => {
      demandList(db, params.id)
      return { data: listSnapshots(db, params.id).map(versionOf), next: null }
    },
  )
  app.get(
    '/v1/lists/:id/versions/:version/diff',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'What a version changes against the active one',
        params: versionParams,
        querystring: z.strictObject({
          limit: z.coerce.number().int().min(1).max(10_000).default(1_000).describe('Entries of each kind.'),
        }),
        response: answers(diffShape, [...always, 'not-found']),
      },
    },
    async ({ params, query }) => diffOf(db, demandVersion(db, params), query.limit),
  )
  app.post(
    '/v1/lists/:id/versions/:version/approve',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Activates a held version',
        params: versionParams,
        body: z.strictObject({ note: noteShape }),
        response: answers(approvalShape, [...always, 'not-found', 'not-held', 'busy']),
      },
    },
    async (request) => {
      const { state, sha256 } = demandVersion(db, request.params)
      if (state !== 'held') throw new ProblemError('not-held', `The version is ${state}, and not held.`)
      const done = await approveList(db, request.params.id, sha256, actOf(request, now(), request.body.note))
      return { list: done.listId, version: done.sha256, revision: done.revision, issuedOn: done.issuedOn }
    },
  )
}

function demandList(db: Db, id: string): void {
  if (findList(db, id) === undefined) throw new ProblemError('not-found', 'There is no list of that name.')
}

function demandVersion(db: Db, { id, version }: z.output<typeof versionParams>): SnapshotRow {
  demandList(db, id)
  const found = findSnapshot(db, id, version)
  if (found !== undefined) return found
  throw new ProblemError('not-found', 'The list has no version of that SHA-256.')
}

function listOf(report: ListReport): z.output<typeof listShape> {
  const { health, removal } = report
  return {
    ...{ id: report.id, format: report.format, category: report.category },
    ...{
      state: health.state,
      fresh: health.state === 'fresh',
      problem: health.problem,
      warning: health.warning,
    },
    ...{ revision: report.revision, snapshot: report.activeSnapshot, issuedOn: report.issuedOn },
    ...{ checkedAt: report.checkedAt, ageSeconds: health.ageSeconds, maxAgeSeconds: health.maxAgeSeconds },
    inForce: report.inForce,
    held: report.snapshots
      .filter(({ state }) => state === 'held')
      .map(({ sha256, issued_on, reason }) => ({ version: sha256, issuedOn: issued_on, reason })),
    removedAt: removal?.at ?? null,
  }
}

function versionOf(row: SnapshotRow): z.output<typeof versionShape> {
  return {
    ...{ version: row.sha256, state: row.state, reason: row.reason, issuedOn: row.issued_on },
    ...{
      importedAt: row.imported_at,
      activatedAt: row.activated_at,
      revision: row.revision,
      bytes: row.bytes,
    },
  }
}

function diffOf(db: Db, { list_id, sha256 }: SnapshotRow, limit: number): z.output<typeof diffShape> {
  const active = listSnapshots(db, list_id).find(({ state }) => state === 'active')
  if (active === undefined) {
    const none = { added: [], removed: [], changed: [] }
    return { from: null, to: sha256, counts: { added: 0, removed: 0, changed: 0 }, ...none }
  }
  const { from, to, added, removed, changed } = reportDiff(db, list_id, active.sha256, sha256)
  return {
    ...{ from, to, counts: { added: added.length, removed: removed.length, changed: changed.length } },
    added: added.slice(0, limit).map(entryOf),
    removed: removed.slice(0, limit).map(entryOf),
    changed: changed.slice(0, limit).map((each) => ({ from: entryOf(each.from), to: entryOf(each.to) })),
  }
}

function entryOf({ address, subject, subjectIds, programs, listedOn, removedOn }: SnapshotEntry) {
  return { address, subject, subjectIds: [...subjectIds], programs: [...programs], listedOn, removedOn }
}
