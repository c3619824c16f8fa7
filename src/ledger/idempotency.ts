import { createHash } from 'node:crypto'
import { type Db, one, run } from './database.ts'
import { readRevisions } from './revisions.ts'

/** A request that may be sent twice, and is to be done once. */
export interface OnceRequest {
  actor: string
  /** Method and path. */
  route: string
  /** The client's own name for it. */
  key: string
  body: unknown
  /** Now, ISO-8601. */
  at: string
}

/** What became of it. `other`: the key was used with another body. `outdated`: the lists changed since the first answer. */
export type OnceOutcome<T> = { state: 'done' | 'again'; answer: T } | { state: 'other' | 'outdated' }

const keptMs = 24 * 3_600_000

/**
 * Does work once for each key, inside the transaction that does the work: the answer is there exactly where its effect is.
 *
 * @param dependsOnLists an answer of before a list revision is not given again.
 */
export function once<T>(db: Db, request: OnceRequest, work: () => T, dependsOnLists = false): OnceOutcome<T> {
  const { actor, route, key, at } = request
  const body = createHash('sha256').update(JSON.stringify(request.body)).digest('hex')
  run(db, 'delete from idempotency_keys where at <= ?', new Date(Date.parse(at) - keptMs).toISOString())
  const revision = dependsOnLists ? readRevisions(db).list : null
  const known = one<{ body: string; list_revision: number | null; answer: string }>(
    db,
    'select body, list_revision, answer from idempotency_keys where actor = ? and route = ? and key = ?',
    ...[actor, route, key],
  )
  if (known === undefined) {
    const answer = work()
    run(
      db,
      'insert into idempotency_keys (actor, route, key, body, at, list_revision, answer) values (?, ?, ?, ?, ?, ?, ?)',
      ...[actor, route, key, body, at, revision, JSON.stringify(answer)],
    )
    return { state: 'done', answer }
  }
  if (known.body !== body) return { state: 'other' }
  if (known.list_revision !== revision) return { state: 'outdated' }
  return { state: 'again', answer: JSON.parse(known.answer) as T }
}
