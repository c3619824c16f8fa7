import type { Db } from '../ledger/database.ts'
import { lastSeen } from '../ledger/lists/list-checks.ts'
import { activeSnapshot, findSnapshot, type SnapshotRow } from '../ledger/lists/list-snapshots.ts'
import { findList } from '../ledger/lists/lists.ts'
import { archivedPath, checkArchived } from './archive.ts'
import { sameOptions } from './formats/csv/columns.ts'
import { formatFor } from './formats/index.ts'
import { type ImportOutcome, importList, type ListSource } from './import-list.ts'
import type { ListOptions } from './types.ts'

/** The active version of a list, where an older version of its parser read it and none since has. */
export function outdated(
  db: Db,
  list: { id: string; format: string; options?: ListOptions | undefined },
): SnapshotRow | null {
  const active = activeSnapshot(db, list.id)
  const { version } = formatFor(list)
  if (active === undefined || active.format !== list.format) return null
  if (!sameOptions(active.parser, version)) {
    // Laid out otherwise by now: what was read so before has to count again, unless it waits for approval.
    return findSnapshot(db, list.id, active.sha256, version)?.state === 'held' ? null : active
  }
  if (active.parser >= version) return null
  const newest = findSnapshot(db, list.id, active.sha256)
  const done = newest !== undefined && newest.parser >= version && newest.state !== 'staging'
  return done ? null : active
}

/**
 * Reads the kept file of the active version anew where the program's parser has learnt something since. It goes through
 * the gate as a new version does; only what differs becomes a change. It is no check of the source.
 *
 * @returns `null` where there was nothing to do.
 * @throws what `importList` throws, and `bad-file` where the kept file is gone or damaged: the active version stays.
 */
export async function rereadKept(
  db: Db,
  source: ListSource,
  { at, signal }: { at: string; signal?: AbortSignal | undefined },
): Promise<ImportOutcome | null> {
  const active = outdated(db, source)
  if (active === null) return null
  const path = archivedPath(db.name, active.sha256)
  await checkArchived(path, active.sha256)
  const seenAt = findList(db, source.id)?.checked_at ?? lastSeen(db, source.id, active.sha256)
  const how = `the archived file, parsed again by version ${formatFor(source).version} of the parser`
  return importList(db, source, { path, isOurs: true }, { approve: false, at, how, seenAt, signal })
}
