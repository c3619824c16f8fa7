import type { MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { alertId } from '../../screening/alert-id.ts'
import { listedAtTransfer } from '../../screening/in-force.ts'
import { levelOf } from '../../screening/level.ts'
import type { Entry } from '../../screening/types.ts'
import { type Db, one, run } from '../database.ts'
import { onlyCause, writeEvent } from './write-alert.ts'

/** A withdrawal to a listed address, refused before it was sent. */
export interface Attempt {
  /** The exchange's own id of the withdrawal. */
  reference: string
  key: Key
  /** As it was given. */
  address: string
  match: MatchBasis
  entry: Entry
  /** The screening that said so. */
  request: string
  /** The list revision that answered. */
  revision: number
  /** Now, ISO-8601. */
  at: string
}

/**
 * Writes that a withdrawal to a listed address was refused, once for each reference, address and entry, inside a transaction. There
 * is no transfer, and no own address yet: what would tell of them is null, or empty.
 */
export function writeAttempt(db: Db, attempt: Attempt): { id: string; isNew: boolean } {
  const { reference, key, address, match, entry, request, revision, at } = attempt
  const id = alertId('', { txHash: reference, transfer: 'attempt', party: key, entry })
  if (one(db, 'select 1 from alerts where id = ?', id) !== undefined) return { id, isNew: false }
  run(
    db,
    `insert into alerts (
       id, direction, status, level, tags, transfer, own_address, counterparty, role, match, list_id, category, entry_address,
       subject, programs, listed_on, listed_at_transfer, list_revision, created_at, subject_ids)
     values (?, 'withdrawal', 'attempted', ?, '[]', 'attempt', '', ?, 'destination', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, levelOf(match, 'destination', [], true), address, match, entry.listId, entry.category],
    ...[entry.address, entry.subject, JSON.stringify(entry.programs), entry.listedOn],
    ...[listedAtTransfer(entry, `${at.slice(0, 19)}Z`), revision, at, JSON.stringify(entry.subjectIds)],
  )
  run(
    db,
    `insert into alert_keys (alert_id, party_key, entry_key, own_key, transfer_count) values (?, ?, ?, '', 0)`,
    ...[id, key, entry.key],
  )
  run(db, 'insert into attempts (alert_id, reference, request) values (?, ?, ?)', id, reference, request)
  writeEvent(db, { alertId: id, at, kind: 'created', cause: onlyCause, data: { request } })
  return { id, isNew: true }
}
