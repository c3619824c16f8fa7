import type { ListConfig } from '../config/lists.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { ageText, secondsSince } from '../ledger/lists/list-health.ts'
import type { UpdateOutcome } from './update-list.ts'

/** Tells the log what came of loading a list. A version that is held is an alarm, each time it is found. @param at now, ISO-8601. */
export function logOutcome(list: ListConfig, outcome: UpdateOutcome, log: Log, at: string): void {
  const { id } = list
  if (outcome.state === 'not-modified') {
    if (outcome.held === null) log.debug({ list: id }, `list ${id}: nothing new`)
    else sayHeld(id, outcome.sha256, outcome.held, log)
    return
  }
  const about = { list: id, sha256: outcome.sha256, issuedOn: outcome.issuedOn }
  if (outcome.state === 'held') sayHeld(id, outcome.sha256, outcome.reasons.join('; '), log)
  else if (outcome.state === 'unchanged') log.debug(about, `list ${id}: the same bytes again`)
  else {
    const { entries, unparsed, added, removed } = outcome
    log.info({ ...about, entries, unparsed, added, removed }, `list ${id} is active`)
  }
  if (list.format === 'bundled' && outcome.issuedOn !== null) {
    const seconds = secondsSince(outcome.issuedOn, at)
    const age = seconds === null ? '' : `: it is ${ageText(seconds)} old`
    log.warn(
      about,
      `list ${id} is the one that ships with chainscreen, issued on ${outcome.issuedOn}${age}, and has no later listings`,
    )
  }
}

/** Tells the log that a list was not loaded, and why. @param hasActive a version of it is active. */
export function logFailure(list: ListConfig, error: unknown, log: Log, hasActive: boolean): void {
  const why = error instanceof ChainscreenError ? [error.message, ...error.details].join(' ') : String(error)
  const left = hasActive ? 'its active version stays' : 'and no version of it is active'
  log.error({ list: list.id }, `list ${list.id} was not loaded, ${left}: ${why}`)
}

function sayHeld(id: string, sha256: string, reason: string, log: Log): void {
  log.error(
    { list: id, sha256 },
    `list ${id}: a new version is held, the active one stays: ${reason}. Inspect it with \`chainscreen lists diff ${id}\`, and activate it with \`chainscreen lists approve ${id} ${sha256.slice(0, 12)}\`.`,
  )
}
