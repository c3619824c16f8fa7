import { activateSnapshot } from '../ledger/activate-snapshot.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import {
  activeSnapshot,
  addSnapshot,
  findSnapshot,
  holdSnapshot,
  type SnapshotEntry,
  type SnapshotRow,
  snapshotEntries,
} from '../ledger/list-snapshots.ts'
import { noteChecked, putList } from '../ledger/lists.ts'
import { formatOf } from './formats/index.ts'
import { reasonsToHold } from './guard.ts'
import { mergeByKey } from './merge.ts'
import { openListFile } from './open-file.ts'
import { seal, snapshotFolder } from './seal.ts'
import type { ListFormat, ParsedList } from './types.ts'

/** What the config says of a list, as far as an import needs it. */
export interface ListSource {
  id: string
  format: string
  maxAgeSeconds: number | null
  /** The largest part that may be gone, such as 0.05. */
  maxRemoved: number
}

export interface ImportOutcome {
  /** `unchanged`: these bytes are active already. `held`: kept, and waiting for approval. */
  state: 'activated' | 'held' | 'unchanged'
  listId: string
  sha256: string
  issuedOn: string | null
  counts: Readonly<Record<string, number>>
  /** Distinct keys of the file, and what could not be read as an address. */
  entries: number
  unparsed: number
  added: number
  removed: number
  /** Why it is held. */
  reasons: readonly string[]
  revision: number | null
}

/**
 * Loads one file as a new version of a list: read whole, kept by its SHA-256, compared with the active version,
 * and activated unless the guard objects. Everything in the database is one transaction.
 *
 * @param options.approve activate although the guard objects.
 * @throws ChainscreenError `bad-file` when the file can't be read whole: nothing is changed then.
 */
export async function importList(
  db: Db,
  source: ListSource,
  file: string,
  options: { approve: boolean; at: string },
): Promise<ImportOutcome> {
  const format = formatOf(source.format)
  const sealing = await seal(await openListFile(file), snapshotFolder(db.name))
  try {
    const parsed = await format.parse(sealing.bytes)
    // What the parser left unread is still part of the file.
    sealing.bytes.resume()
    const { sha256, size } = await sealing.done
    const file = { sha256, size, entries: mergeByKey(parsed.addresses) }
    await sealing.keep(sha256)
    return inTransaction(db, () => decide(db, source, format, parsed, file, options))
  } catch (error) {
    await sealing.discard()
    throw error
  }
}

function decide(
  db: Db,
  source: ListSource,
  format: ListFormat,
  parsed: ParsedList,
  file: { sha256: string; size: number; entries: SnapshotEntry[] },
  options: { approve: boolean; at: string },
): ImportOutcome {
  putList(db, {
    id: source.id,
    format: format.id,
    category: format.category,
    maxAgeSeconds: source.maxAgeSeconds,
  })
  const active = activeSnapshot(db, source.id)
  const outcome = { listId: source.id, sha256: file.sha256, issuedOn: parsed.issuedOn, counts: parsed.counts }
  const sizes = { entries: file.entries.length, unparsed: parsed.unparsed.length }
  if (active?.sha256 === file.sha256) {
    noteChecked(db, source.id, options.at)
    return {
      ...outcome,
      ...sizes,
      state: 'unchanged',
      added: 0,
      removed: 0,
      reasons: [],
      revision: active.revision,
    }
  }
  const before =
    active === undefined
      ? null
      : { keys: inForce(snapshotEntries(db, active.id)), issuedOn: active.issued_on }
  const next = { keys: inForce(file.entries), issuedOn: parsed.issuedOn }
  const reasons = reasonsToHold({ format: format.id, active: before, next, maxRemoved: source.maxRemoved })
  const snapshot =
    findSnapshot(db, source.id, file.sha256) ??
    addSnapshot(
      db,
      {
        listId: source.id,
        category: format.category,
        sha256: file.sha256,
        format: format.id,
        issuedOn: parsed.issuedOn,
        bytes: file.size,
        counts: parsed.counts,
        entries: file.entries,
        unparsed: parsed.unparsed,
        at: options.at,
      },
      reasons.join('; ') || null,
    )
  const held = reasons.length > 0 && !options.approve
  if (held) holdSnapshot(db, snapshot.id, reasons.join('; '))
  return {
    ...outcome,
    ...sizes,
    state: held ? 'held' : 'activated',
    added: [...next.keys].filter((key) => !before?.keys.has(key)).length,
    removed: [...(before?.keys ?? [])].filter((key) => !next.keys.has(key)).length,
    reasons,
    revision: held ? null : activate(db, snapshot, format, options.at),
  }
}

function activate(db: Db, snapshot: SnapshotRow, format: ListFormat, at: string): number {
  const date = snapshot.issued_on ?? at.slice(0, 10)
  return activateSnapshot(db, snapshot, { date, listedOnIsPublished: format.listedOnIsPublished, at })
}

function inForce(entries: readonly SnapshotEntry[]) {
  return new Set(entries.filter(({ removedOn }) => removedOn === null).map(({ key }) => key))
}
