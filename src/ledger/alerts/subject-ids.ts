import { type Db, run } from '../database.ts'
import type { EntryVersion } from '../lists/entry-versions.ts'

/**
 * Gives the alerts of an entry the ids of its parties, where they were raised before the ledger had any, inside a transaction. Only
 * those that name the same parties. An index look-up.
 */
export function fillSubjectIds(
  db: Db,
  listId: string,
  { key, subject, subject_ids }: Pick<EntryVersion, 'key' | 'subject' | 'subject_ids'>,
): void {
  if (subject_ids === '[]') return
  run(
    db,
    `update alerts set subject_ids = ?1 where subject_ids = '[]' and list_id = ?2 and subject is ?3
       and id in (select alert_id from alert_keys where entry_key = ?4)`,
    ...[subject_ids, listId, subject, key],
  )
}
