import type { Command } from 'commander'
import { freezeListsOf, publishedListsOf } from '../config/lists.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { activeSnapshot, type SnapshotEntry } from '../ledger/lists/list-snapshots.ts'
import type { ImportOutcome } from '../lists/import-list.ts'
import { logOutcome } from '../lists/log-outcome.ts'
import { sweepRejected } from '../lists/sweep-rejected.ts'
import { type UpdateOutcome, updateList } from '../lists/update-list.ts'
import { type ApprovalPreview, approveList, previewApproval, removeList } from '../operations/lists.ts'
import { agreed } from './ask.ts'
import {
  type ActOptions,
  actOf,
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  type Done,
  databaseOf,
  listConfigOf,
  now,
  stopSignal,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { partyText, printable, printJson, printLine, printWrapped } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

/** `lists update [ID]`: fetch now. One list that fails keeps no other from being updated. */
export function updateCommand(done: Done): Command {
  return command('update', 'fetch lists now: checks each url for a new version, and reads each file')
    .argument('[id]', 'one list of the config only')
    .action(async (id: string | undefined, options: CommonOptions) => {
      const config = configOf(options)
      const log = createLog(config.log.level)
      const lists = id === undefined ? publishedListsOf(config.lists) : [listConfigOf(config, id)]
      const signal = stopSignal()
      const db = openLedger(config.database)
      const outcomes: UpdateOutcome[] = []
      const failures: unknown[] = []
      try {
        await sweepRejected(db, now())
        for (const list of lists) {
          try {
            const outcome = await updateList(db, list, {
              now,
              signal,
              onFailure: (error) => log.warn({ list: list.id }, `${error.message} Trying again.`),
              onNote: (text) => log.warn({ list: list.id }, `list ${list.id}: ${text}`),
              onReread: (outcome) => logOutcome(list, outcome, log, now()),
            })
            outcomes.push(outcome)
            if (!options.json) printUpdate(outcome, activeSnapshot(db, list.id) !== undefined)
          } catch (error) {
            if (signal.aborted) throw error
            failures.push(error)
            log.error({ list: list.id }, `list ${list.id} was not updated`)
          }
        }
        if (options.json) printJson(outcomes)
        else if (id === undefined) for (const list of freezeListsOf(config.lists)) printFreezeList(list)
        await rescreenAfter(db, options)
        if (outcomes.some((outcome) => outcome.state === 'held' || isStillHeld(outcome))) done(1)
        if (failures.length > 0) throw joined(failures)
      } finally {
        db.close()
      }
    })
}

function printFreezeList({ id, chain }: { id: string; chain: string }): void {
  printLine(`${id}: read from ${chain} while \`run\` follows it; there is nothing to fetch.`)
}

function printUpdate(outcome: UpdateOutcome, hasActive: boolean): void {
  if (outcome.state !== 'not-modified') {
    printImport(outcome, hasActive)
    return
  }
  const { listId, sha256, held } = outcome
  if (held === null) printLine(`${listId}: nothing new: ${sha256.slice(0, 12)}… is the current version.`)
  else {
    process.stderr.write(
      `${listId}: nothing newer than the version that is held: ${held}. \`chainscreen lists approve ${listId} ${sha256.slice(0, 12)}\` activates it.\n`,
    )
  }
}

function isStillHeld(outcome: UpdateOutcome): boolean {
  return outcome.state === 'not-modified' && outcome.held !== null
}

/** One error for all: its code is that of the first; where several failed, each has its line. */
function joined(failures: readonly unknown[]): unknown {
  const [first] = failures
  if (failures.length === 1) return first
  const details = failures.map((error) => messageOf(error))
  const code = first instanceof ChainscreenError ? first.code : 'failure'
  return new ChainscreenError(code, `${failures.length} lists were not updated.`, { details, cause: first })
}

/** Entries that are shown before the question; `lists diff` has all. */
const shownEntries = 20

/** `lists approve ID SNAPSHOT`: activates a version that the import checks held. */
export function approveCommand(): Command {
  return withAct(command('approve', 'show a held version, and activate it from its archived file'))
    .argument('<id>', 'a list')
    .argument('<snapshot>', 'its SHA-256, or the first digits of it: `lists show ID` has them')
    .option('--yes', 'activate it without a question')
    .action(async (id: string, snapshot: string, options: CommonOptions & ActOptions & { yes?: boolean }) => {
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const act = actOf(options, config, db)
        const preview = previewApproval(db, id, snapshot)
        if (!options.json) printPreview(preview)
        if (options.yes !== true && !(await agreed('Activate this version?'))) return
        // What was shown, and not what the digits name by now.
        const approval = await approveList(db, id, preview.sha256, act)
        if (options.json) printJson(approval)
        else printLine(`${id}: activated as revision ${approval.revision}. Snapshot ${approval.sha256}.`)
        await rescreenAfter(db, options)
      } finally {
        db.close()
      }
    })
}

function printPreview({ listId, sha256, issuedOn, reason, diff }: ApprovalPreview): void {
  printLine(
    `${listId}: held version ${sha256.slice(0, 16)}, ${issuedOn === null ? 'no date of issue' : `issued on ${issuedOn}`}`,
  )
  printWrapped('It was held: ', `${printable(reason ?? 'no reason recorded')}.`)
  if (diff === null) {
    printLine('No version of this list is active.')
    return
  }
  const { added, removed, changed } = diff
  printLine(
    `Against the active version: ${added.length} added, ${removed.length} removed, ${changed} with changed details.`,
  )
  const lines = [...removed.map((entry) => lineOf('-', entry)), ...added.map((entry) => lineOf('+', entry))]
  for (const line of lines.slice(0, shownEntries)) printLine(line)
  const more = lines.length - shownEntries
  if (more > 0)
    printLine(
      `and ${more} more: \`chainscreen lists diff ${listId} ${diff.from.slice(0, 12)} ${sha256.slice(0, 12)}\` shows them all`,
    )
}

function lineOf(sign: string, { address, subject, subjectIds }: SnapshotEntry): string {
  return `${sign} ${printable(address)}  ${printable(partyText(subject, subjectIds))}`.trimEnd()
}

/** `lists remove ID`. */
export function removeListCommand(): Command {
  return withAct(command('remove', 'take a list out of force: one that the config does not name any more'))
    .argument('<id>', 'a list of the database: `lists show` has them')
    .action(async (id: string, options: CommonOptions & ActOptions) => {
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const act = actOf(options, config, db)
        const removed = await removeList(db, id, config?.lists ?? [], act)
        if (options.json) printJson(removed)
        else if (removed.already)
          printLine(`${id} is out of force already: removed by ${removed.actor} at ${removed.at}.`)
        else
          printLine(
            `${id} is out of force from list revision ${removed.revision} on: ${removed.entries} ${removed.entries === 1 ? 'entry' : 'entries'} ended. Its versions and alerts stay.`,
          )
        await rescreenAfter(db, options)
      } finally {
        db.close()
      }
    })
}

/** Says what came of an import. What needs a decision goes to stderr. @param hasActive a version of the list is active. */
export function printImport(outcome: ImportOutcome, hasActive: boolean): void {
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
