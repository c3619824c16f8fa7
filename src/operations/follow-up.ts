import { ChainscreenError } from '../diagnostics/errors.ts'
import { writeEvent } from '../ledger/alerts/write-alert.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { checkedAct, checkedWords } from './act.ts'
import { type DecisionRequest, idsOf, refuseChanged } from './decide.ts'

/**
 * Gives alerts to a person: all of them or none.
 *
 * @param assignee `null`: to nobody.
 * @returns their whole ids.
 * @throws ChainscreenError `usage` for an alert that is not there, and words that must not be stored.
 */
export function assign(db: Db, ids: readonly string[], assignee: string | null, by: Act): string[] {
  const act = checkedAct(by)
  const name = assignee === null ? null : checkedWords('assignee', assignee)
  if (name === '') throw new ChainscreenError('usage', 'The assignee is empty; expected a name.')
  return inTransaction(db, () => {
    const whole = idsOf(db, ids)
    for (const id of whole) {
      writeEvent(db, { ...act, alertId: id, kind: 'assigned', cause: null, data: { assignee: name } })
      writeAudit(db, act, 'alert.assigned', id, { assignee: name })
    }
    return whole
  })
}

/**
 * Adds a note to alerts: to all of them or to none.
 *
 * @param version the version of the one alert that was seen, or of each by its id.
 * @returns their whole ids.
 * @throws ChainscreenError `usage` for an alert that is not there, a note that is empty, and words that must not be stored;
 * `alert-changed` where an alert has another version by now.
 */
export function comment(
  db: Db,
  ids: readonly string[],
  by: Act,
  version?: DecisionRequest['version'],
): string[] {
  const act = checkedAct(by)
  if (act.note === null) throw new ChainscreenError('usage', '--note is empty; expected the note to add.')
  return inTransaction(db, () => {
    const whole = idsOf(db, ids)
    for (const id of whole) {
      refuseChanged(db, id, version)
      writeEvent(db, { ...act, alertId: id, kind: 'note', cause: null })
      writeAudit(db, act, 'alert.note', id)
    }
    return whole
  })
}
