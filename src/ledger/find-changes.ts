import type { Key } from '../address/key.ts'
import type { Category } from '../screening/types.ts'
import { all, type Db, one } from './database.ts'
import { type EntryVersion, readVersion, sameVersion } from './entry-versions.ts'
import type { AddressHistory } from './list-history.ts'
import {
  activeSnapshot,
  readSnapshotEntry,
  type SnapshotEntryRow,
  type SnapshotRow,
} from './list-snapshots.ts'
import { changeOf, type Dating, type EntryChange, nextVersion, takesBack } from './next-version.ts'

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

/** Rows looked at between two interruptions: a few milliseconds. */
const rowsAtOnce = 500
/** Of them, those that are read whole and dated: the same. */
const comparedAtOnce = 50

/** No key sorts behind it. */
const end = '~'

/**
 * Finds what a snapshot changes in the entries of its list, some at a time, and none where it only lets others have a turn:
 * nothing is written. Between two of them rows of a load that does not count yet may be written.
 */
export function* findingChanges(
  db: Db,
  snapshot: SnapshotRow,
  activation: Activation,
): Generator<FoundChange[]> {
  const { id, list_id: listId, issued_on: issuedOn } = snapshot
  const dating = { ...activation, issuedOn }
  const history = new Map((activation.history ?? []).map((each) => [each.key, each]))
  const was = sayingBefore(db, listId)

  function* changes(keys: readonly Key[]): Generator<FoundChange[]> {
    const found: FoundChange[] = []
    for (const [index, key] of keys.entries()) {
      if (index % comparedAtOnce === comparedAtOnce - 1) yield []
      const old = readVersion(db, listId, key)
      const says = readSnapshotEntry(db, id, key)
      const isTakenBack = old !== undefined && old.removed_on !== null && takesBack(was(key), says)
      const next = nextVersion(old, says, history.get(key), dating, isTakenBack)
      if (next === undefined || sameVersion(old, next)) continue
      found.push({ next, change: changeOf(old, next) })
    }
    yield found
  }
  const unknown = (keys: readonly Key[]) => keys.filter((key) => !history.has(key))

  for (const range of ranges(db, 'snapshot_entries where snapshot_id', id)) {
    yield* changes(unknown(otherwise(db, snapshot, dating, range)))
  }
  for (const range of ranges(db, 'list_rows where list_id', listId)) {
    yield* changes(unknown(gone(db, snapshot, range)))
  }
  const known = [...history.keys()]
  for (let from = 0; from < known.length; from += rowsAtOnce) {
    yield* changes(known.slice(from, from + rowsAtOnce))
  }
}

/** What the active version of a list says of a key. */
export function sayingBefore(db: Db, listId: string): (key: Key) => SnapshotEntryRow | undefined {
  const active = activeSnapshot(db, listId)
  return (key) => active && readSnapshotEntry(db, active.id, key)
}

/** A range of keys: above `from`, up to `to`. */
interface Range {
  from: string
  to: string
}

/** Ranges of so many rows each: together, every key. */
function* ranges(db: Db, rows: string, of: string | number): Generator<Range> {
  for (let from = ''; from < end; ) {
    const last = one<{ key: Key }>(
      db,
      `select key from ${rows} = ? and key > ? order by key limit 1 offset ${rowsAtOnce - 1}`,
      ...[of, from],
    )
    const to = last?.key ?? end
    yield { from, to }
    from = to
  }
}

/** The keys of which the snapshot says other things than the list. */
function otherwise(
  db: Db,
  { id, list_id: listId }: SnapshotRow,
  { listedOnIsPublished, issuedOn }: Dating,
  { from, to }: Range,
): Key[] {
  return all<{ key: Key }>(
    db,
    `select s.key from snapshot_entries s left join list_entries e on e.list_id = ?1 and e.key = s.key
     where s.snapshot_id = ?2 and s.key > ?3 and s.key <= ?4 and (e.key is null
       or (e.address, e.assets, e.subject, e.programs, e.listed_on, e.removed_on)
         is not (s.address, s.assets, s.subject, s.programs, s.listed_on, s.removed_on)
       or e.first_seen > coalesce(s.published_by, iif(?5, s.listed_on, null), ?6))
     order by s.key`,
    ...[listId, id, from, to, listedOnIsPublished ? 1 : 0, issuedOn],
  ).map(({ key }) => key)
}

/** The keys that the list has in force, and the snapshot does not hold. */
function gone(db: Db, { id, list_id: listId }: SnapshotRow, { from, to }: Range): Key[] {
  return all<{ key: Key }>(
    db,
    `select e.key from list_entries e where e.list_id = ?1 and e.key > ?2 and e.key <= ?3 and e.removed_on is null
       and not exists (select 1 from snapshot_entries s where s.snapshot_id = ?4 and s.key = e.key)
     order by e.key`,
    ...[listId, from, to, id],
  ).map(({ key }) => key)
}
