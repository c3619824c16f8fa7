import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { writeListHeld } from '../ledger/events/list-events.ts'
import { activateStaged } from '../ledger/lists/activate-snapshot.ts'
import { noteCheck } from '../ledger/lists/list-checks.ts'
import { lastRemoval } from '../ledger/lists/list-removals.ts'
import {
  activeSnapshot,
  findSnapshot,
  holdSnapshot,
  type SnapshotRow,
} from '../ledger/lists/list-snapshots.ts'
import { findList, type ListOrigin, noteChecked, putList } from '../ledger/lists/lists.ts'
import { type StagedChanges, stageChanges, stillHold } from '../ledger/lists/stage-changes.ts'
import { finishStaging, type NewSnapshot, stageSnapshot } from '../ledger/lists/stage-snapshot.ts'
import { sweepLeftovers } from '../ledger/sweep-leftovers.ts'
import { whileLoading } from '../ledger/while-loading.ts'
import { inTurn } from '../ledger/write-turns.ts'
import type { Redactor } from '../privacy/redactor.ts'
import { activationOf } from './activation.ts'
import { snapshotFolder } from './archive.ts'
import { type Comparison, compareVersions } from './compare-versions.ts'
import { sameOptions } from './formats/csv/columns.ts'
import { formatFor, formatOf } from './formats/index.ts'
import { noteFailure } from './note-failure.ts'
import { type ArchivedList, type ListFile, readListFile } from './read-list-file.ts'
import type { ListOptions } from './types.ts'

/** What the config says of a list, as far as an import needs it. */
export interface ListSource {
  id: string
  format: string
  /** What the config says of how it is laid out. */
  options?: ListOptions | undefined
  maxAgeSeconds: number | null
  /** Of its date of issue; where not given there is no limit. */
  maxIssueAgeSeconds?: number | null
  /** Where not given: fetched. */
  origin?: ListOrigin
  /** The largest part that may be gone, such as 0.05. */
  maxRemoved: number
  /** Keeps what may be a key in its addresses, redirects included, out of messages. */
  redactor?: Redactor
}

export interface ImportOptions {
  /** Activate although the import checks object. */
  approve: boolean
  /** Now, ISO-8601. */
  at: string
  /** A person brought the file, and sees at once what comes of it: one that is rejected leaves no trace. */
  byHand?: boolean
  /** The HTTP status that the file came with. */
  status?: number
  /** How the file came to be, where that is worth telling, such as `made from 2 deltas`. */
  how?: string | undefined
  /** When these bytes were last what the source had, where that is not now: ISO-8601. */
  seenAt?: string | null
  signal?: AbortSignal | undefined
  /** `lastRemoval` when the load began, where that was before the file was there. A list that is removed since stays out of force. */
  removal?: number
  /** Called in the transaction that decides. */
  record?: (outcome: ImportOutcome) => void
}

export interface ImportOutcome {
  /** `unchanged`: these bytes are active already, read by this version of the parser. `held`: kept, and waiting for approval. */
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
 * Loads one file as a new version of a list: read whole, kept by its SHA-256, compared with the active version, and
 * activated unless the import checks object. Its rows, and what they change, are written a few at a time, and begin to count
 * together in one short transaction. What came of it is noted in `list_checks`.
 *
 * @throws ChainscreenError `bad-file` when the file can't be read whole: the active version stays. `aborted` where the list was
 * taken out of force meanwhile.
 */
export async function importList(
  db: Db,
  source: ListSource,
  file: ListFile,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const format = formatFor(source)
  const { byHand = false, removal = lastRemoval(db, source.id), signal } = options
  if (!byHand) await know(db, source)
  try {
    const list = await readListFile(format, file, {
      ...{ folder: snapshotFolder(db.name), keepRejected: !byHand, at: options.at, signal },
    })
    const snapshot: NewSnapshot = {
      ...{ listId: source.id, sha256: list.sha256, format: format.id, parser: format.version },
      ...{ issuedOn: list.parsed.issuedOn, fileSha256: list.fileSha256, at: options.at },
      ...{ bytes: list.size, counts: list.parsed.counts },
      ...{ entries: list.entries, unparsed: list.parsed.unparsed },
    }
    return await whileLoading(db, () => loadVersion(db, source, list, snapshot, { ...options, removal }), {
      signal,
    }).finally(list.close)
  } catch (error) {
    if (!byHand) await noteFailure(db, source, error, options)
    throw error
  }
}

/** These bytes are active, as this version of the format's parser or a newer one read them. */
export function isActive(
  db: Db,
  { listId, sha256, format, parser = 1 }: Pick<NewSnapshot, 'listId' | 'sha256' | 'format' | 'parser'>,
): boolean {
  const active = activeSnapshot(db, listId)
  if (active?.sha256 !== sha256 || active.format !== format) return false
  return active.parser >= parser && sameOptions(active.parser, parser)
}

/** Makes a list known, whatever comes of loading it. */
export function know(db: Db, source: ListSource): Promise<void> {
  return inTurn(db, () => inTransaction(db, () => putSource(db, source)))
}

function putSource(db: Db, { maxRemoved: _, redactor: __, ...list }: ListSource): void {
  putList(db, { ...list, category: formatOf(list.format).category })
}

/**
 * One version, whose rows may be stored already: written, compared and decided; again, where somebody activated another
 * version meanwhile. Inside `whileLoading`.
 */
export async function loadVersion(
  db: Db,
  source: ListSource,
  list: ArchivedList,
  snapshot: NewSnapshot,
  options: ImportOptions,
): Promise<ImportOutcome> {
  for (;;) {
    const ready = await prepare(db, source, snapshot, options)
    const outcome = await inTurn(db, () =>
      inTransaction(db, () => decide(db, source, list, snapshot, ready, options)),
    )
    if (outcome !== null) return outcome
    await sweepLeftovers(db)
  }
}

/** What takes long, done before the transaction; `null` where the file is the active version. */
interface Ready {
  compared: Comparison
  /** What activating it changes; `null` where the import checks hold it. */
  changes: StagedChanges | null
}

async function prepare(
  db: Db,
  source: ListSource,
  snapshot: NewSnapshot,
  { approve, at, signal }: ImportOptions,
): Promise<Ready | null> {
  if (isActive(db, snapshot)) return null
  await know(db, source)
  await stageSnapshot(db, snapshot, signal)
  const kept = findSnapshot(db, source.id, snapshot.sha256, snapshot.parser ?? 1)
  if (kept === undefined) throw new Error('unreachable: the snapshot was staged before')
  const compared = compareVersions(db, source, kept, at.slice(0, 10))
  if (compared.reasons.length > 0 && !approve) return { compared, changes: null }
  return { compared, changes: await stageChanges(db, kept, activationOf(db, kept, at), signal) }
}

/** @returns `null`, to be done again, when another version is active than the one that was compared. */
function decide(
  db: Db,
  source: ListSource,
  list: ArchivedList,
  snapshot: NewSnapshot,
  ready: Ready | null,
  options: ImportOptions,
): ImportOutcome | null {
  const { sha256, parsed } = list
  refuseRemoved(db, source.id, options)
  const active = activeSnapshot(db, source.id)
  // A file that a person brought is no look at the publisher.
  const isPoll = source.origin !== 'url' || options.byHand !== true
  const seenAt = isPoll ? (options.seenAt ?? options.at) : (findList(db, source.id)?.checked_at ?? null)
  if (ready === null ? !isActive(db, snapshot) : !stillStands(db, source.id, ready, active)) return null
  const settled = ready === null ? unchanged(active) : settle(db, snapshot, ready, options.at)
  putSource(db, source)
  const { reasons, added, removed } = ready?.compared ?? { reasons: [], added: 0, removed: 0 }
  const outcome: ImportOutcome = {
    ...{ ...settled, listId: source.id, sha256, issuedOn: parsed.issuedOn, counts: parsed.counts },
    ...{ entries: list.entries.length, unparsed: parsed.unparsed.length, reasons, added, removed },
  }
  if (outcome.state !== 'held') noteChecked(db, source.id, seenAt)
  noteCheck(db, {
    ...{ list_id: source.id, at: options.at, outcome: outcome.state, status: options.status ?? null },
    ...{ detail: detailOf(outcome, options.how), sha256, bytes: list.size },
  })
  options.record?.(outcome)
  return outcome
}

/** @throws ChainscreenError `aborted` where somebody took the list out of force while it was being loaded. */
function refuseRemoved(db: Db, listId: string, { removal }: ImportOptions): void {
  if (removal === undefined || lastRemoval(db, listId) === removal) return
  throw new ChainscreenError(
    'aborted',
    `List ${listId} was taken out of force while it was being loaded, and stays so: load it again to put it back.`,
  )
}

/** Whether what was compared and staged is what would be now. */
function stillStands(
  db: Db,
  listId: string,
  { compared, changes }: Ready,
  active: SnapshotRow | undefined,
): boolean {
  return compared.active === (active?.id ?? null) && (changes === null || stillHold(db, listId, changes))
}

type Settled = Pick<ImportOutcome, 'state' | 'revision'>

function unchanged(active: SnapshotRow | undefined): Settled {
  return { state: 'unchanged', revision: active?.revision ?? null }
}

function settle(db: Db, snapshot: NewSnapshot, { compared, changes }: Ready, at: string): Settled {
  const reason = compared.reasons.join('; ') || null
  const before = findSnapshot(db, snapshot.listId, snapshot.sha256, snapshot.parser ?? 1)?.state
  const kept = finishStaging(db, snapshot, reason)
  if (changes !== null) return { state: 'activated', revision: activateStaged(db, kept, changes, at) }
  holdSnapshot(db, kept.id, reason)
  // The same version is met again with every look at its source.
  if (before !== 'held') writeListHeld(db, kept, reason, at)
  return { state: 'held', revision: null }
}

function detailOf(outcome: ImportOutcome, how: string | undefined): string {
  const { state, reasons, entries, unparsed, added, removed } = outcome
  const { unreadableDates = 0 } = outcome.counts
  const dates = unreadableDates === 0 ? '' : `, dates unreadable: ${unreadableDates}`
  const against = reasons.length === 0 ? '' : `; ${reasons.join('; ')}`
  const what =
    state === 'unchanged'
      ? 'the same bytes as the active version'
      : `${entries} addresses, ${unparsed} unreadable${dates}; ${added} added, ${removed} removed${against}`
  return how === undefined ? what : `${how}: ${what}`
}
