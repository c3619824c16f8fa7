import type { Key } from '../../address/key.ts'
import { all, type Db } from '../database.ts'

/** An alert that speaks for or against crediting a deposit. */
export interface CreditAlert {
  id: string
  status: string
  /** The decision that stands; `proposed` where one waits for a second person. */
  disposition: string
  /** Released or a false positive, and nothing is proposed since. */
  isCleared: boolean
}

/**
 * The alerts of a transaction, also of the mempool, and those that say of an own address that a list names it. Those of lost blocks
 * and of the canary say nothing.
 *
 * @param ownKeys the own addresses in question.
 */
export function creditAlerts(db: Db, chain: string, txHash: string, ownKeys: readonly Key[]): CreditAlert[] {
  const rows = all<{ id: string; status: string; disposition: string; proposed: string | null }>(
    db,
    `select id, status, disposition, proposed from alerts_current where id in (
       select id from alerts where chain = ?1 and tx_hash = ?2
       union select k.alert_id from alert_keys k join alerts a on a.id = k.alert_id
         where k.party_key in (select value from json_each(?3)) and a.role = 'own')
       and status not in ('orphaned', 'withdrawn') and category != 'canary' order by id`,
    ...[chain, txHash, JSON.stringify(ownKeys)],
  )
  return rows.map(({ id, status, disposition, proposed }) => ({
    ...{ id, status, disposition: proposed === null ? disposition : 'proposed' },
    isCleared: proposed === null && (disposition === 'released' || disposition === 'false-positive'),
  }))
}
