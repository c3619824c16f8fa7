import { ChainscreenError } from '../diagnostics/errors.ts'
import { findAlertId } from '../ledger/alerts/alert-queries.ts'
import {
  currentAlert,
  putSecondPerson,
  secondPersonDecisions,
  standingProposal,
  writeDecision,
} from '../ledger/alerts/decisions.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { type Decision, isReported } from '../screening/decision.ts'
import { checkedAct, checkedDay, refuseBefore } from './act.ts'
import { isSamePerson } from './same-person.ts'

export interface DecisionRequest {
  /** Alerts, by id or its first digits. All are decided, or none. */
  ids: readonly string[]
  decision: Decision
  /** The day on which the property became blocked or the transaction was rejected, `YYYY-MM-DD`; by default what the alert says. */
  on?: string | null
  /** The version of the one alert that was seen, or of each by its id: another one by now is refused. */
  version?: number | Readonly<Record<string, number>> | undefined
}

/** Who decides. A service neither proposes nor confirms what needs two people. */
export type Decider = Act & { isService?: boolean }

/** What became of one alert. */
export interface Decided {
  id: string
  decision: Decision
  /** `proposed`: another person has to confirm it. `confirmed`: this was that person. */
  outcome: 'decided' | 'proposed' | 'confirmed'
  /** Who proposed what this confirmed. */
  proposedBy: string | null
  /** When a report is due, `YYYY-MM-DD`. */
  dueOn: string | null
}

/**
 * Decides alerts. Where the decision needs two people, the first one proposes it, and the same decision of another one confirms it.
 *
 * @throws ChainscreenError `usage` for an alert that is not there, words that must not be stored, and a day that is none, is in the
 * future, or is before that of the block;
 * `alert-changed` where an alert has another version by now; `needs-other-person` for who proposed the decision; `needs-person` for a
 * service where it takes two people.
 */
export function decide(db: Db, request: DecisionRequest, by: Decider): Decided[] {
  const act = { ...checkedAct(by), isService: by.isService ?? false }
  const on = dayOf(request, act.at)
  return inTransaction(db, () =>
    idsOf(db, request.ids).map((id) => {
      refuseChanged(db, id, request.version)
      if (on !== null) refuseBeforeAlert(db, id, on)
      return decideOne(db, id, { decision: request.decision, on }, act)
    }),
  )
}

/**
 * Confirms what another person proposed.
 *
 * @throws ChainscreenError as {@link decide}; `usage` where no proposal stands.
 */
export function confirm(
  db: Db,
  { ids, version }: Pick<DecisionRequest, 'ids' | 'version'>,
  by: Decider,
): Decided[] {
  const act = { ...checkedAct(by), isService: by.isService ?? false }
  return inTransaction(db, () =>
    idsOf(db, ids).map((id) => {
      refuseChanged(db, id, version)
      const proposal = standingProposal(db, id)
      if (proposal === undefined) {
        throw new ChainscreenError(
          'usage',
          `Nothing is proposed for alert ${id}, or something happened to it since: \`chainscreen alerts show ${id.slice(0, 12)}\` has its events.`,
        )
      }
      return decideOne(db, id, { decision: proposal.decision, on: null }, act)
    }),
  )
}

function decideOne(
  db: Db,
  id: string,
  { decision, on }: { decision: Decision; on: string | null },
  { isService, ...act }: Act & { isService: boolean },
): Decided {
  const done = (outcome: Decided['outcome'], proposedBy: string | null): Decided => {
    const { due_on } = currentAlert(db, id)
    const dueOn = outcome !== 'proposed' && isReported(decision) ? due_on : null
    writeAudit(db, act, `alert.${outcome === 'proposed' ? 'proposed' : decision}`, id, {
      ...(outcome === 'proposed' && { decision }),
      ...(proposedBy !== null && { proposedBy }),
      ...(on !== null && { on }),
    })
    return { id, decision, outcome, proposedBy, dueOn }
  }
  const needsTwo = secondPersonDecisions(db).includes(decision)
  const proposal = standingProposal(db, id)
  if (!needsTwo && proposal?.decision !== decision) {
    writeDecision(db, id, { ...act, kind: decision, data: { on } })
    return done('decided', null)
  }
  if (isService) {
    throw new ChainscreenError(
      'needs-person',
      `\`${decision}\` needs two people, and ${act.actor} is a service: it neither proposes nor confirms it.`,
    )
  }
  if (proposal === undefined || proposal.decision !== decision) {
    writeDecision(db, id, { ...act, kind: 'proposed', data: { decision, on } })
    return done('proposed', null)
  }
  if (isSamePerson(proposal.actor, act.actor)) {
    throw new ChainscreenError(
      'needs-other-person',
      `${act.actor} proposed \`${decision}\` for alert ${id}: another person has to confirm it.`,
    )
  }
  const data = { proposal: proposal.seq, proposedBy: proposal.actor, on: on ?? proposal.on }
  writeDecision(db, id, { ...act, kind: decision, data })
  return done('confirmed', proposal.actor)
}

/**
 * Nothing was blocked, rejected or reported before it was there. Of an own address that a list names, nobody knows when.
 *
 * @throws ChainscreenError `usage`
 */
export function refuseBeforeAlert(db: Db, id: string, on: string): void {
  const { role, block_time, created_at } = currentAlert(db, id)
  if (role === 'own') return
  if (block_time !== null) refuseBefore(on, block_time, `the day of the block of alert ${id}`)
  else refuseBefore(on, created_at, `the day on which alert ${id} was raised`)
}

/** Whole ids, each once. */
export function idsOf(db: Db, ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => findAlertId(db, id)))]
}

/** @throws ChainscreenError `alert-changed` where an alert has another version than was seen. */
export function refuseChanged(db: Db, id: string, given: DecisionRequest['version']): void {
  const seen = typeof given === 'object' ? given[id] : given
  if (seen === undefined) return
  const { version } = currentAlert(db, id)
  if (version === seen) return
  throw new ChainscreenError(
    'alert-changed',
    `Alert ${id} changed since you saw it: it has version ${version} now, and you saw ${seen}. Look at it again, then decide.`,
  )
}

function dayOf({ on = null, decision }: DecisionRequest, at: string): string | null {
  if (on === null) return null
  if (!isReported(decision)) {
    throw new ChainscreenError(
      'usage',
      `--on is the day of \`blocked\` or \`rejected\`; not of \`${decision}\`.`,
    )
  }
  return checkedDay(on, at)
}

/**
 * Makes the config's `decisions.secondPerson` what the database demands of every decision, whoever writes it.
 *
 * @returns whether it changed.
 */
export function requireSecondPerson(db: Db, wanted: readonly Decision[], act: Act): boolean {
  const sorted = [...new Set(wanted)].sort()
  const isSame = () => JSON.stringify(secondPersonDecisions(db)) === JSON.stringify(sorted)
  if (isSame()) return false
  return inTransaction(db, () => {
    if (isSame()) return false
    putSecondPerson(db, sorted)
    writeAudit(db, act, 'decisions.second-person', 'config', { decisions: sorted })
    return true
  })
}
