import { all, type Db, run } from './database.ts'

/** The two counters that everything in memory is checked against. Each grows by one with every change of its kind. */
export interface Revisions {
  /** The set of active list entries. */
  list: number
  /** The set of own addresses. */
  own: number
}

export function readRevisions(db: Db): Revisions {
  const rows = all<{ key: string; value: string }>(
    db,
    `select key, value from meta where key in ('list_revision', 'own_revision')`,
  )
  const value = (key: string) => Number(rows.find((row) => row.key === key)?.value ?? 0)
  return { list: value('list_revision'), own: value('own_revision') }
}

/** Inside a transaction only. @returns the new revision. */
export function bumpRevision(db: Db, kind: keyof Revisions): number {
  run(db, `update meta set value = cast(value as integer) + 1 where key = ?`, `${kind}_revision`)
  return readRevisions(db)[kind]
}
