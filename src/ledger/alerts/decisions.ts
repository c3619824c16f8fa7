import type { Decision } from '../../screening/decision.ts'
import { all, type Db, one, run } from '../database.ts'
import type { CurrentAlertRow } from './alert-queries.ts'
import { writeEvent } from './write-alert.ts'

/** A decision that one person proposed, and another can confirm. */
export interface Proposal {
  seq: number
  decision: Decision
  actor: string
  /** The day that it counts from, where it was given. */
  on: string | null
}

/** An alert as it is now. */
export function currentAlert(db: Db, id: string): CurrentAlertRow {
  const alert = one<CurrentAlertRow>(db, 'select * from alerts_current where id = ?', id)
  if (alert === undefined) throw new Error(`there is no alert ${id}`)
  return alert
}

/** The day that a `blocked` or `rejected` which stands gave, `YYYY-MM-DD`; `null` where it gave none. */
export function dayOfDecision(db: Db, id: string): string | null {
  const sql = `select data ->> '$.on' as "on" from alert_events where alert_id = ? and kind in ('blocked', 'rejected')
    order by seq desc limit 1`
  return one<{ on: string | null }>(db, sql, id)?.on ?? null
}

/** The proposal that stands: nothing happened to the alert since that could make the decision another one. */
export function standingProposal(db: Db, id: string): Proposal | undefined {
  return one<Proposal>(
    db,
    `select p.seq, p.data ->> '$.decision' as decision, p.actor, p.data ->> '$.on' as "on" from alert_events p
     where p.seq = (select max(seq) from alert_events where alert_id = ?1 and kind = 'proposed')
       and not exists (select 1 from alert_versions v where v.alert_id = ?1 and v.seq > p.seq)`,
    id,
  )
}

/** Appends a decision, or a proposal of one. A later one stands over an earlier one; none is lost. */
export function writeDecision(
  db: Db,
  id: string,
  event: {
    kind: Decision | 'proposed'
    actor: string
    note: string | null
    at: string
    data: Record<string, unknown>
  },
): void {
  const data = Object.fromEntries(Object.entries(event.data).filter(([, value]) => value !== null))
  writeEvent(db, { ...event, alertId: id, cause: null, data: Object.keys(data).length > 0 ? data : null })
}

/** The decisions that need two people. */
export function secondPersonDecisions(db: Db): Decision[] {
  return all<{ decision: Decision }>(db, 'select decision from second_person order by decision').map(
    ({ decision }) => decision,
  )
}

/** Inside a transaction. */
export function putSecondPerson(db: Db, wanted: readonly Decision[]): void {
  run(db, 'delete from second_person')
  for (const decision of wanted) run(db, 'insert into second_person (decision) values (?)', decision)
}
