import type { Key } from '../address/key.ts'
import { all, type Db, one, run } from './database.ts'
import type { SnapshotRow } from './list-snapshots.ts'

/**
 * How a snapshot changes an entry. In bulk, a few statements for all of them: `new`, `gone`, and `text`, where other
 * things are said of an address that stays in force. `one` and `one-gone` have dates of their own to be weighed, one by one.
 */
export type EntryChange = 'new' | 'gone' | 'text' | 'one' | 'one-gone'

/** How many entries change in bulk, and how many of those come or go. */
export interface BulkCounts {
  changed: number
  moved: number
}

/**
 * Finds what a snapshot changes, as rows of `temp.list_changes`: few, where a list changed a little.
 *
 * @param dates.listedOnIsPublished a row's `listed_on` is the date by which its address was published.
 * @param dates.keys keys of which more is known than the list says.
 */
export function findChanges(
  db: Db,
  snapshot: SnapshotRow,
  dates: { listedOnIsPublished: boolean; keys: Iterable<Key> },
): void {
  db.exec('create temp table if not exists list_changes (key text primary key, change text) without rowid')
  run(db, 'delete from temp.list_changes')
  const keys = JSON.stringify([...dates.keys])
  run(
    db,
    `insert into temp.list_changes
     select s.key, case
       when s.key in (select value from json_each(?5)) then 'one'
       when e.key is null then 'new'
       when e.removed_on is not null or s.removed_on is not null then 'one'
       when e.first_seen > coalesce(s.published_by, iif(?3, s.listed_on, null), ?4) then 'one'
       else 'text' end
     from snapshot_entries s left join list_entries e on e.list_id = ?1 and e.key = s.key
     where s.snapshot_id = ?2 and (e.key is null
       or (e.address, e.assets, e.subject, e.programs, e.listed_on, e.removed_on)
         is not (s.address, s.assets, s.subject, s.programs, s.listed_on, s.removed_on)
       or e.first_seen > coalesce(s.published_by, iif(?3, s.listed_on, null), ?4)
       or s.key in (select value from json_each(?5)))
     order by s.key`,
    ...[snapshot.list_id, snapshot.id, dates.listedOnIsPublished ? 1 : 0, snapshot.issued_on, keys],
  )
  run(
    db,
    `insert into temp.list_changes
     select e.key, iif(e.key in (select value from json_each(?3)), 'one-gone', 'gone')
     from list_entries e where e.list_id = ?1 and e.removed_on is null
       and e.key not in (select key from snapshot_entries where snapshot_id = ?2)`,
    ...[snapshot.list_id, snapshot.id, keys],
  )
}

/** Takes over what changes in bulk, with intervals. Inside a transaction, after {@link findChanges}. @param date the snapshot's. */
export function putBulk(
  db: Db,
  snapshot: SnapshotRow,
  { date, listedOnIsPublished }: { date: string; listedOnIsPublished: boolean },
): BulkCounts {
  const { id, list_id: listId, issued_on: issuedOn } = snapshot
  const counts = one<{ changed: number; moved: number; added: number; gone: number; said: number }>(
    db,
    `select count(*) as changed, ifnull(sum(change != 'text'), 0) as moved, ifnull(sum(change = 'new'), 0) as added,
       ifnull(sum(change = 'gone'), 0) as gone, ifnull(sum(change = 'text'), 0) as said
     from temp.list_changes where change in ('new', 'gone', 'text')`,
  ) ?? { changed: 0, moved: 0, added: 0, gone: 0, said: 0 }
  if (counts.added > 0) {
    run(
      db,
      `insert into list_entries
         (list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on)
       select ?1, s.key, substr(s.key, 1, instr(s.key, ':') - 1), s.address, s.assets, s.subject, s.programs,
         s.listed_on, coalesce(s.published_by, iif(?3, s.listed_on, null), ?4, ?5), s.removed_on
       from temp.list_changes c cross join snapshot_entries s on s.snapshot_id = ?2 and s.key = c.key
       where c.change = 'new'`,
      ...[listId, id, listedOnIsPublished ? 1 : 0, issuedOn, date],
    )
    run(
      db,
      `insert into list_intervals (list_id, key, "from", "to")
       select e.list_id, e.key, e.first_seen, e.removed_on
       from temp.list_changes c cross join list_entries e on e.list_id = ?1 and e.key = c.key
       where c.change = 'new'`,
      listId,
    )
  }
  if (counts.said > 0) {
    run(
      db,
      `update list_entries as e set address = s.address, assets = s.assets, subject = s.subject,
         programs = s.programs, listed_on = s.listed_on
       from temp.list_changes c cross join snapshot_entries s on s.snapshot_id = ?2 and s.key = c.key
       where c.change = 'text' and e.list_id = ?1 and e.key = c.key`,
      ...[listId, id],
    )
  }
  if (counts.gone > 0) {
    run(
      db,
      `update list_intervals as i set "to" = ?1 where i.list_id = ?2
         and i.key in (select key from temp.list_changes where change = 'gone')
         and "from" = (select max("from") from list_intervals l where l.list_id = i.list_id and l.key = i.key)`,
      ...[date, listId],
    )
    run(
      db,
      `update list_entries set removed_on = ?1 where list_id = ?2
         and key in (select key from temp.list_changes where change = 'gone')`,
      ...[date, listId],
    )
  }
  return { changed: counts.changed, moved: counts.moved }
}

/** Notes what came and went in bulk for a job. Inside the same transaction. */
export function noteBulk(db: Db, rescreenId: number, listId: string): void {
  run(
    db,
    `insert into rescreen_entries (rescreen_id, list_id, key, change)
     select ?1, ?2, key, iif(change = 'new', 'added', 'removed') from temp.list_changes
     where change in ('new', 'gone') order by key`,
    ...[rescreenId, listId],
  )
}

/** The keys that change in one way, in order. */
export function changedKeys(db: Db, change: EntryChange): Key[] {
  return all<{ key: Key }>(db, 'select key from temp.list_changes where change = ? order by key', change).map(
    ({ key }) => key,
  )
}
