import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Db } from '../ledger/database.ts'
import { isReadThrough, pastProgress } from '../ledger/freezes/freeze-past.ts'
import { type ListCheck, readChecks } from '../ledger/lists/list-checks.ts'
import { type AskedList, type ListHealth, listHealth } from '../ledger/lists/list-health.ts'
import { type ListRemoval, readRemoval } from '../ledger/lists/list-removals.ts'
import {
  activeSnapshot,
  countsOf,
  lastHeld,
  listSnapshots,
  type SnapshotEntry,
  type SnapshotRow,
} from '../ledger/lists/list-snapshots.ts'
import { countEntries, freezeListFormat, readLists, readUnparsed } from '../ledger/lists/lists.ts'
import { changedBetween } from '../ledger/lists/snapshot-changes.ts'
import { countByAsset, diffEntries, type ListDiff } from './diff.ts'
import { snapshotNamed } from './find-snapshot.ts'

/** A list as `lists show` tells it. */
export interface ListReport {
  id: string
  format: string
  category: string
  activeSnapshot: string | null
  issuedOn: string | null
  /** `null` where that day is not known, or still to come. */
  daysSinceIssue: number | null
  /** When the bytes of the active version came in place of others. */
  contentSince: string | null
  /** The last time the source was found whole and sound. */
  checkedAt: string | null
  health: Omit<ListHealth, 'id'>
  /** Newest first. */
  checks: Omit<ListCheck, 'list_id'>[]
  revision: number
  inForce: number
  removed: number
  families: { family: string; inForce: number; removed: number }[]
  /** Dates of its addresses that could not be read. */
  unreadableDates: number
  unparsed: { location: string; raw: string; asset: string | null; reason: string }[]
  snapshots: SnapshotRow[]
  /** Of a list that is read from a chain: its contracts. Empty for others. */
  contracts: ContractReport[]
  /** Who took it out of force; `null` where nobody did, or it was loaded again since. */
  removal: ListRemoval | null
  /** Whether the config names it; `null` without a config. */
  inConfig: boolean | null
}

/** A contract whose freezes a list has. */
export interface ContractReport {
  chain: string
  contract: string
  symbol: string | null
  /** The first block that counts. */
  from: number
  /** Its past is read up to this block, and has to be up to `pastTo` (`null`: not known yet). */
  readTo: number
  pastTo: number | null
  readThrough: boolean
}

/** How many of the last checks are told. */
const shownChecks = 10

/**
 * @param at now, ISO-8601. @param configured what a config says of its lists, where there is one. @throws `usage` for an id
 * the ledger does not know.
 */
export function reportLists(
  db: Db,
  id: string | undefined,
  at: string,
  configured: readonly AskedList[] | undefined = undefined,
): ListReport[] {
  const lists = readLists(db).filter((list) => id === undefined || list.id === id)
  if (id !== undefined && lists.length === 0) throw unknownList(db, id)
  const byId = new Map(configured?.map((list) => [list.id, list]))
  return lists.map((list) => {
    const families = countEntries(db, list.id).map((row) => ({
      family: row.family,
      inForce: row.in_force,
      removed: row.removed,
    }))
    const asked = byId.get(list.id) ?? { id: list.id }
    const [health] = listHealth(db, [asked], at).map(({ id: _, ...rest }) => rest)
    if (health === undefined) throw new Error('unreachable: one list was asked for')
    const active = activeSnapshot(db, list.id)
    const { issueAgeSeconds } = health
    return {
      id: list.id,
      format: list.format,
      category: list.category,
      activeSnapshot: list.active_snapshot,
      issuedOn: list.issued_on,
      daysSinceIssue: issueAgeSeconds === null ? null : Math.floor(issueAgeSeconds / 86_400),
      contentSince: list.content_since,
      checkedAt: list.checked_at,
      health,
      checks: readChecks(db, list.id, shownChecks).map(({ list_id: _, ...check }) => check),
      revision: list.revision,
      inForce: families.reduce((sum, family) => sum + family.inForce, 0),
      removed: families.reduce((sum, family) => sum + family.removed, 0),
      families,
      unreadableDates: active === undefined ? 0 : (countsOf(active).unreadableDates ?? 0),
      unparsed: active === undefined ? [] : readUnparsed(db, active),
      snapshots: listSnapshots(db, list.id),
      contracts: contractsOf(db, list.id),
      removal: list.removed_at === null ? null : (readRemoval(db, list.id) ?? null),
      inConfig: configured === undefined ? null : byId.has(list.id),
    }
  })
}

function contractsOf(db: Db, listId: string): ContractReport[] {
  return pastProgress(db, listId).map((progress) => ({
    chain: progress.chain,
    contract: progress.contract,
    symbol: progress.symbol,
    from: progress.from_height,
    readTo: progress.past_next - 1,
    pastTo: progress.last,
    readThrough: isReadThrough(progress),
  }))
}

export interface DiffReport extends ListDiff {
  /** SHA-256 of both snapshots. */
  from: string
  to: string
  byAsset: { asset: string; added: number; removed: number }[]
}

/**
 * What changed between two snapshots of a list.
 *
 * @param from, to SHA-256 or its first digits; without them from the active snapshot to the one that was held last, or,
 * where none waits, from the one before to the active one.
 * @throws `usage` when there are no two snapshots to compare.
 */
export function reportDiff(db: Db, listId: string, from?: string, to?: string): DiffReport {
  // Nothing was read of what was rejected, and not all of what is being loaded.
  const snapshots = listSnapshots(db, listId).filter(
    ({ state }) => state !== 'rejected' && state !== 'staging',
  )
  if (snapshots.length === 0) throw noVersions(db, listId)
  const [older, newer] =
    from === undefined
      ? usualPair(db, listId, snapshots)
      : [snapshotNamed(snapshots, from), snapshotNamed(snapshots, to ?? activeOf(listId, snapshots).sha256)]
  const diff = diffEntries(changedBetween(db, older, newer))
  return { ...diff, from: older.sha256, to: newer.sha256, byAsset: byAsset(diff.added, diff.removed) }
}

function usualPair(db: Db, listId: string, snapshots: readonly SnapshotRow[]): [SnapshotRow, SnapshotRow] {
  const active = activeOf(listId, snapshots)
  const held = lastHeld(db, listId)
  if (held !== undefined) return [active, held]
  const before = snapshots
    .filter(({ state, activated_at }) => state === 'superseded' && activated_at !== null)
    .sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0))[0]
  if (before !== undefined) return [before, active]
  throw new ChainscreenError(
    'usage',
    `List ${listId} has one version only: there is nothing to compare it with.`,
  )
}

function activeOf(listId: string, snapshots: readonly SnapshotRow[]): SnapshotRow {
  const active = snapshots.find(({ state }) => state === 'active')
  if (active !== undefined) return active
  throw new ChainscreenError('usage', `List ${listId} has no active version: name both snapshots.`)
}

function byAsset(added: readonly SnapshotEntry[], removed: readonly SnapshotEntry[]): DiffReport['byAsset'] {
  const plus = countByAsset(added)
  const minus = countByAsset(removed)
  return [...new Set([...Object.keys(plus), ...Object.keys(minus)])]
    .sort()
    .map((asset) => ({ asset, added: plus[asset] ?? 0, removed: minus[asset] ?? 0 }))
}

/** The error for a list that has no versions: one that is read from a chain, or that the ledger does not know. */
export function noVersions(db: Db, id: string): ChainscreenError {
  const list = readLists(db).find((candidate) => candidate.id === id)
  if (list?.format !== freezeListFormat) return unknownList(db, id)
  return new ChainscreenError('usage', `List ${id} is read from a chain, block by block: it has no versions.`)
}

/** The error for a list that the ledger does not know. */
export function unknownList(db: Db, id: string): ChainscreenError {
  const known = readLists(db).map((list) => list.id)
  return new ChainscreenError(
    'usage',
    `The database has no list "${id}"; it has: ${known.join(', ') || 'none'}.`,
  )
}
