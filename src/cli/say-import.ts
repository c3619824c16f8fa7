import type { ImportOutcome } from '../lists/import-list.ts'
import { printLine } from './output.ts'

/** Says what came of an import. What needs a decision goes to stderr. @param hasActive a version of the list is active. */
export function sayImport(outcome: ImportOutcome, hasActive: boolean): void {
  const { listId, state, sha256, issuedOn, entries, unparsed, added, removed, revision } = outcome
  const issued = issuedOn === null ? '' : `, issued on ${issuedOn}`
  const { unreadableDates = 0 } = outcome.counts
  const dates = unreadableDates === 0 ? '' : `, dates not readable: ${unreadableDates}`
  if (state === 'unchanged') {
    printLine(`${listId}: unchanged: this version (${sha256.slice(0, 12)}…${issued}) is active already.`)
    return
  }
  printLine(
    `${listId}: ${entries} addresses, ${unparsed} not readable as an address${dates}${issued}; ${added} added, ${removed} removed.`,
  )
  if (state === 'activated') {
    printLine(`Activated as revision ${revision}. Snapshot ${sha256}.`)
    return
  }
  const stays = hasActive
    ? `The active version stays. See \`chainscreen lists diff ${listId}\`;`
    : 'No version of this list is active;'
  process.stderr.write(
    `Held: ${outcome.reasons.join('; ')}. ${stays} \`chainscreen lists approve ${listId} ${sha256.slice(0, 12)}\` activates it.\n`,
  )
}
