import type { Key } from '../../address/key.ts'
import { type Db, one } from '../database.ts'

/** The key of the entry that an alert is about; `undefined` where there is no such alert. */
export function keyOfAlert(db: Db, id: string): Key | undefined {
  return one<{ key: Key }>(db, 'select entry_key as key from alert_keys where alert_id = ?', id)?.key
}
