import type { Key } from '../../address/key.ts'
import type { Category } from '../../screening/types.ts'
import { all, type Db } from '../database.ts'
import { countingLoad, type EntryVersion, readVersion, sameVersion } from './entry-versions.ts'
import type { AddressHistory } from './list-history.ts'
import { activeSnapshot, type SnapshotEntryRow, type SnapshotRow } from './list-snapshots.ts'
import { changeOf, closed, type Dating, type EntryChange, nextVersion, takesBack } from './next-version.ts'
import { type KeyRange, keyRanges, lastUpTo, readSnapshotEntry } from './snapshot-changes.ts'

/** An entry that a snapshot changes. */
export interface FoundChange {
  next: EntryVersion
  change: EntryChange
}

/** What activation needs to know beside the snapshot itself. */
export interface Activation extends Omit<Dating, 'issuedOn'> {
  /** Dates known beside the list's own files. */
  history?: readonly AddressHistory[]
  /** What the list's entries are from then on; where not given it stays. */
  category?: Category
  /** Now, ISO-8601. */
  at: string
}

/** Of what is known beside the list's own files, so many at a time. */
const rowsAtOnce = 500

/**
 * Finds what a snapshot changes in the entries of its list, some at a time: nothing is written. Between two of them rows of a
 * load that does not count yet may be written.
 */
export function* findChanges(
  db: Db,
  snapshot: SnapshotRow,
  activation: Activation,
): Generator<FoundChange[]> {
  const { list_id: listId, issued_on: issuedOn } = snapshot
  const dating = { ...activation, issuedOn }
  const history = new Map((activation.history ?? []).map((each) => [each.key, each]))
  const was = entriesBefore(db, listId)

  function changes(keys: readonly Key[]): FoundChange[] {
    const found: FoundChange[] = []
    for (const key of keys) {
      const old = readVersion(db, listId, key)
      const says = readSnapshotEntry(db, snapshot, key)
      const isTakenBack = old !== undefined && old.removed_on !== null && takesBack(was(key), says)
      const next = nextVersion(old, says, history.get(key), dating, isTakenBack)
      if (next === undefined || sameVersion(old, next)) continue
      found.push({ next, change: changeOf(old, next) })
    }
    return found
  }
  const unknown = (keys: readonly Key[]) => keys.filter((key) => !history.has(key))

  for (const range of keyRanges(db, 'snapshot_changes', listId)) {
    yield changes(unknown(otherwise(db, snapshot, dating, range)))
  }
  for (const range of keyRanges(db, 'entry_versions', listId)) {
    yield changes(unknown(gone(db, snapshot, range)))
  }
  const known = [...history.keys()]
  for (let from = 0; from < known.length; from += rowsAtOnce) {
    yield changes(known.slice(from, from + rowsAtOnce))
  }
}

/** The end of every entry that a list has in force, some at a time: nothing is written. @param date when they end. */
export function* findEnds(db: Db, listId: string, date: string): Generator<FoundChange[]> {
  for (const range of keyRanges(db, 'entry_versions', listId)) {
    const found: FoundChange[] = []
    for (const key of inForce(db, listId, range)) {
      const old = readVersion(db, listId, key)
      if (old !== undefined) found.push({ next: closed(old, date), change: 'removed' })
    }
    yield found
  }
}

/** What the active version of a list says of a key. */
export function entriesBefore(db: Db, listId: string): (key: Key) => SnapshotEntryRow | undefined {
  const active = activeSnapshot(db, listId)
  return (key) => active && readSnapshotEntry(db, active, key)
}

/** The keys of which the snapshot says other things than the list. */
function otherwise(
  db: Db,
  { id, list_id: listId }: SnapshotRow,
  { listedOnIsPublished, issuedOn }: Dating,
  { from, to }: KeyRange,
): Key[] {
  return all<{ key: Key }>(
    db,
    `select k.key from snapshot_changes c cross join list_keys k on k.id = c.key
     left join entry_versions v on v.list = c.list and v.key = c.key and v.load = ${countingLoad}
     where c.list = (select number from list_numbers where list_id = ?1) and c.key > ?2 and c.key <= ?3
       and c.gone is null and c.snapshot = ${lastUpTo('?4')} and (v.key is null
       or (v.address, v.assets, v.subject, v.subject_ids, v.programs, v.listed_on, v.removed_on)
         is not (c.address, c.assets, c.subject, c.subject_ids, c.programs, c.listed_on, c.removed_on)
       or v.first_seen > coalesce(c.published_by, iif(?5, c.listed_on, null), ?6))
     order by c.key`,
    ...[listId, from, to, id, listedOnIsPublished ? 1 : 0, issuedOn],
  ).map(({ key }) => key)
}

/** The keys that the list has in force, and the snapshot does not hold. */
function gone(db: Db, { id, list_id: listId }: SnapshotRow, { from, to }: KeyRange): Key[] {
  return all<{ key: Key }>(
    db,
    `select k.key from entry_versions v cross join list_keys k on k.id = v.key
     where v.list = (select number from list_numbers where list_id = ?1) and v.key > ?2 and v.key <= ?3
       and v.removed_on is null and v.load = ${countingLoad}
       and not exists (select 1 from snapshot_changes c where c.list = v.list and c.key = v.key
         and c.gone is null and c.snapshot = ${lastUpTo('?4')})
     order by v.key`,
    ...[listId, from, to, id],
  ).map(({ key }) => key)
}

/** The keys that the list has in force. */
function inForce(db: Db, listId: string, { from, to }: KeyRange): Key[] {
  return all<{ key: Key }>(
    db,
    `select k.key from entry_versions v cross join list_keys k on k.id = v.key
     where v.list = (select number from list_numbers where list_id = ?1) and v.key > ?2 and v.key <= ?3
       and v.removed_on is null and v.load = ${countingLoad} order by v.key`,
    ...[listId, from, to],
  ).map(({ key }) => key)
}
