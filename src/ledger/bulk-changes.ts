import { type Db, one, run } from './database.ts'
import type { FoundChanges } from './find-changes.ts'
import type { SnapshotRow } from './list-snapshots.ts'

/** How many entries change in bulk, and how many of those come or go. */
export interface BulkCounts {
  changed: number
  moved: number
}

/** Takes over what changes in bulk, with intervals. Inside a transaction. @param dates.date the snapshot's. */
export function putBulk(
  db: Db,
  { id, list_id: listId, issued_on: issuedOn }: SnapshotRow,
  found: FoundChanges,
  { date, listedOnIsPublished }: { date: string; listedOnIsPublished: boolean },
): BulkCounts {
  const counts = one<{ changed: number; moved: number; added: number; gone: number; said: number }>(
    db,
    `select count(*) as changed, ifnull(sum(change != 'text'), 0) as moved, ifnull(sum(change = 'new'), 0) as added,
       ifnull(sum(change = 'gone'), 0) as gone, ifnull(sum(change = 'text'), 0) as said
     from temp.list_changes where found_id = ? and change in ('new', 'gone', 'text')`,
    found.id,
  ) ?? { changed: 0, moved: 0, added: 0, gone: 0, said: 0 }
  if (counts.added > 0) {
    run(
      db,
      `insert into list_entries
         (list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on)
       select ?1, s.key, substr(s.key, 1, instr(s.key, ':') - 1), s.address, s.assets, s.subject, s.programs,
         s.listed_on, coalesce(s.published_by, iif(?3, s.listed_on, null), ?4, ?5), s.removed_on
       from temp.list_changes c cross join snapshot_entries s on s.snapshot_id = ?2 and s.key = c.key
       where c.found_id = ?6 and c.change = 'new'`,
      ...[listId, id, listedOnIsPublished ? 1 : 0, issuedOn, date, found.id],
    )
    run(
      db,
      `insert into list_intervals (list_id, key, "from", "to")
       select e.list_id, e.key, e.first_seen, max(e.first_seen, e.removed_on)
       from temp.list_changes c cross join list_entries e on e.list_id = ?1 and e.key = c.key
       where c.found_id = ?2 and c.change = 'new'`,
      ...[listId, found.id],
    )
  }
  if (counts.said > 0) {
    run(
      db,
      `update list_entries as e set address = s.address, assets = s.assets, subject = s.subject,
         programs = s.programs, listed_on = s.listed_on
       from temp.list_changes c cross join snapshot_entries s on s.snapshot_id = ?2 and s.key = c.key
       where c.found_id = ?3 and c.change = 'text' and e.list_id = ?1 and e.key = c.key`,
      ...[listId, id, found.id],
    )
  }
  if (counts.gone > 0) {
    run(
      db,
      `update list_intervals as i set "to" = max(?1, "from") where i.list_id = ?2
         and i.key in (select key from temp.list_changes where found_id = ?3 and change = 'gone')
         and "from" = (select max("from") from list_intervals l where l.list_id = i.list_id and l.key = i.key)`,
      ...[date, listId, found.id],
    )
    run(
      db,
      `update list_entries set removed_on = ?1 where list_id = ?2
         and key in (select key from temp.list_changes where found_id = ?3 and change = 'gone')`,
      ...[date, listId, found.id],
    )
  }
  return { changed: counts.changed, moved: counts.moved }
}

/** Notes what came and went in bulk for a job. Inside the same transaction. */
export function noteBulk(db: Db, rescreenId: number, listId: string, found: FoundChanges): void {
  run(
    db,
    `insert into rescreen_entries (rescreen_id, list_id, key, change)
     select ?1, ?2, key, iif(change = 'new', 'added', 'removed') from temp.list_changes
     where found_id = ?3 and change in ('new', 'gone') order by key`,
    ...[rescreenId, listId, found.id],
  )
}
