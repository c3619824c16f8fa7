import { all, type Db, run } from './database.ts'

/** Who does something, why, and when: what every change by a person has. */
export interface Act {
  /** A person's name, or the name of the operating system's user. */
  actor: string
  note: string | null
  /** Now, ISO-8601. */
  at: string
}

/** What a person can change. */
export type AuditAction =
  | `alert.${string}`
  | 'decisions.second-person'
  | 'list.approved'
  | 'list.imported'
  | 'list.removed'
  | 'own.added'
  | 'own.imported'
  | 'own.descriptor-added'
  | 'own.retired'
  | 'own.removed'
  | 'chain.rewound'
  | 'delivery.retried'
  | 'delivery.skipped'
  | 'token.added'
  | 'token.revoked'

/** A row of `audit`: see docs/alerts.md. */
export interface AuditRow {
  seq: number
  at: string
  actor: string
  action: AuditAction
  target: string
  note: string | null
  /** JSON. */
  data: string | null
}

/**
 * Records who changed what. Inside the transaction of the change: neither is there without the other.
 *
 * @param target the alert, list, address, chain or file that it was done to.
 */
export function writeAudit(
  db: Db,
  { actor, note, at }: Act,
  action: AuditAction,
  target: string,
  data: Readonly<Record<string, unknown>> | null = null,
): void {
  run(
    db,
    'insert into audit (at, actor, action, target, note, data) values (?, ?, ?, ?, ?, ?)',
    ...[at, actor, action, target, note, data === null ? null : JSON.stringify(data)],
  )
}

/** The record, oldest first. */
export function readAudit(db: Db): AuditRow[] {
  return all<AuditRow>(db, 'select seq, at, actor, action, target, note, data from audit order by seq')
}
