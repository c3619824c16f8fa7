import type { MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { alertId } from '../../screening/alert-id.ts'
import type { Entry } from '../../screening/types.ts'
import { type Db, one, run } from '../database.ts'
import { type AlertOutcome, onlyCause, writeEvent } from './write-alert.ts'

/** An own address, as the exchange writes it; `undefined` where the key is not own. An index look-up. */
export function ownAddressText(db: Db, key: Key): string | undefined {
  return one<{ address: string }>(
    db,
    'select address from own_addresses where key = ? and removed_at is null order by chain limit 1',
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
 * One that was withdrawn, since the address was removed, comes back when it is own again.
 */
export function writeOwnAlert(
  db: Db,
  own: { key: Key; address: string; match: MatchBasis },
  entry: Entry,
  revision: number,
  at: string,
): { id: string; outcome: AlertOutcome } {
  const id = ownAlertId(own.key, entry)
  const known = one<{ status: string }>(db, 'select status from alerts where id = ?', id)
  if (known?.status === 'withdrawn') {
    run(db, `update alerts set status = 'final' where id = ?`, id)
    writeEvent(db, { alertId: id, at, kind: 'reinstated', cause: onlyCause })
    return { id, outcome: 'reinstated' }
  }
  if (known !== undefined) return { id, outcome: 'known' }
  run(
    db,
    `insert into alerts (
       id, status, level, tags, own_address, role, match, list_id, category, entry_address, subject, programs,
       listed_on, list_revision, created_at, subject_ids)
     values (?, 'final', ?, '[]', ?, 'own', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, own.match === 'exact' ? 'high' : 'medium', own.address, own.match, entry.listId, entry.category],
    ...[entry.address, entry.subject, JSON.stringify(entry.programs), entry.listedOn, revision, at],
    JSON.stringify(entry.subjectIds),
  )
  run(
    db,
    'insert into alert_keys (alert_id, party_key, entry_key, own_key, transfer_count) values (?, ?, ?, ?, 0)',
    ...[id, own.key, entry.key, own.key],
  )
  writeEvent(db, { alertId: id, at, kind: 'created', cause: onlyCause })
  return { id, outcome: 'created' }
}
