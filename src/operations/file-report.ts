import { ChainscreenError } from '../diagnostics/errors.ts'
import { currentAlert, dayOfDecision } from '../ledger/alerts/decisions.ts'
import { writeEvent } from '../ledger/alerts/write-alert.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { isReported } from '../screening/decision.ts'
import { checkedAct, checkedDay, checkedWords, refuseBefore } from './act.ts'
import { idsOf, refuseBeforeAlert } from './decide.ts'

/** A report on blocked property or a rejected transaction, as it was sent. */
export interface Report {
  /** The day on which it was sent, `YYYY-MM-DD`. */
  on: string
  /** How the regulator, or the case, names it. */
  reference: string
}

/**
 * Records that the report on alerts was sent to the regulator: of all of them or of none. It is due no more then. A later `blocked` or
 * `rejected` is due anew.
 *
 * @param ids alerts, by id or its first digits.
 * @returns their whole ids.
 * @throws ChainscreenError `usage` for an alert that is not there or is not blocked or rejected (also one for which that is proposed and
 * not confirmed), a day that is none, is in the future, or is before that of the block or of the decision, an empty reference, and words that must not be stored.
 */
export function fileReport(db: Db, ids: readonly string[], report: Report, by: Act): string[] {
  const act = checkedAct(by)
  const on = checkedDay(report.on, act.at)
  const reference = checkedWords('reference', report.reference)
  if (reference === '')
    throw new ChainscreenError('usage', '--reference is empty; expected how the report is named.')
  return inTransaction(db, () => {
    const whole = idsOf(db, ids)
    for (const id of whole) {
      refuseUndecided(db, id)
      refuseBeforeAlert(db, id, on)
      const decidedOn = dayOfDecision(db, id)
      if (decidedOn !== null) refuseBefore(on, decidedOn, `the day of the decision on alert ${id}`)
      writeEvent(db, { ...act, alertId: id, kind: 'filed', cause: null, data: { on, reference } })
      writeAudit(db, act, 'alert.filed', id, { on, reference })
    }
    return whole
  })
}

function refuseUndecided(db: Db, id: string): void {
  const { disposition, proposed } = currentAlert(db, id)
  if (isReported(disposition)) return
  const why =
    proposed === null
      ? `it is ${disposition}`
      : `\`${proposed}\` is proposed, and another person has to confirm it`
  throw new ChainscreenError(
    'usage',
    `Alert ${id} has no report to file: ${why}. Reports are of alerts that are \`blocked\` or \`rejected\`: decide it first. Nothing was recorded.`,
  )
}
