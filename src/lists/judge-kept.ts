import type { Db } from '../ledger/database.ts'
import { lastRemoval } from '../ledger/lists/list-removals.ts'
import type { SnapshotRow } from '../ledger/lists/list-snapshots.ts'
import { readUnparsed } from '../ledger/lists/lists.ts'
import { storedEntries } from '../ledger/lists/snapshot-changes.ts'
import { whileLoading } from '../ledger/while-loading.ts'
import { type ImportOptions, type ImportOutcome, type ListSource, loadVersion } from './import-list.ts'
import { noteFailure } from './note-failure.ts'

/**
 * Judges a version that is kept and not active against the active one and `guard` of the config as they are now, from what is stored
 * of it: it is activated where nothing speaks against it any more. What came of it is noted in `list_checks`.
 *
 * @throws ChainscreenError `database-busy` where another process loads something for too long.
 */
export async function judgeKept(
  db: Db,
  source: ListSource,
  kept: SnapshotRow,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const { sha256, format, parser, issued_on: issuedOn, bytes } = kept
  const { removal = lastRemoval(db, source.id) } = options
  try {
    const entries = storedEntries(db, kept)
    const unparsed = readUnparsed(db, kept).map(({ location, ...item }) => ({ where: location, ...item }))
    const counts = JSON.parse(kept.counts) as Record<string, number>
    const fileSha256 = kept.file_sha256
    const list = { sha256, fileSha256, size: bytes, entries, parsed: { issuedOn, unparsed, counts } }
    const version = { sha256, format, parser, issuedOn, bytes, counts, entries, unparsed }
    const snapshot = { ...version, listId: source.id, at: options.at }
    return await whileLoading(db, () => loadVersion(db, source, list, snapshot, { ...options, removal }), {
      signal: options.signal,
    })
  } catch (error) {
    await noteFailure(db, source, error, options)
    throw error
  }
}
