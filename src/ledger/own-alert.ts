import type { MatchBasis } from '../address/basis.ts'
import type { Key } from '../address/key.ts'
import { alertId } from '../screening/alert-id.ts'
import type { Entry } from '../screening/types.ts'
import { writeEvent } from './alert-events.ts'
import { type Db, one, run } from './database.ts'

/** An own address, as the exchange writes it; `undefined` where the key is not own. An index look-up. */
export function ownAddressText(db: Db, key: Key): string | undefined {
  return one<{ address: string }>(
    db,
    'select address from own_addresses where key = ? order by chain limit 1',
    key,
  )?.address
}

/** The id of the alert that says so. */
export function ownAlertId(key: Key, entry: Pick<Entry, 'listId' | 'key'>): string {
  return alertId('', { txHash: '', transfer: 'own', party: key, entry })
}

/**
 * Writes that a list names an own address, once for each address and entry, inside a transaction. There is no
 * transfer, so everything that tells of one is null, and nothing a reorg could take back: it is final.
 *
 * @returns the alert's id; `null` when it stood already.
 */
export function writeOwnAlert(
  db: Db,
  own: { key: Key; address: string; match: MatchBasis },
  entry: Entry,
  revision: number,
  at: string,
): string | null {
  const id = ownAlertId(own.key, entry)
  if (one(db, 'select 1 from alerts where id = ?', id) !== undefined) return null
  run(
    db,
    `insert into alerts (
       id, status, level, tags, own_address, role, match, list_id, category, entry_address, subject, programs,
       listed_on, list_revision, created_at)
     values (?, 'final', ?, '[]', ?, 'own', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, own.match === 'exact' ? 'high' : 'medium', own.address, own.match, entry.listId, entry.category],
    ...[entry.address, entry.subject, JSON.stringify(entry.programs), entry.listedOn, revision, at],
  )
  run(
    db,
    'insert into alert_keys (alert_id, party_key, entry_key, own_key, transfer_count) values (?, ?, ?, ?, 0)',
    ...[id, own.key, entry.key, own.key],
  )
  writeEvent(db, { alertId: id, at, kind: 'created' })
  return id
}
