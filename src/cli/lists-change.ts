import type { Command } from 'commander'
import { freezeListsOf, publishedListsOf } from '../config/lists.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { activeSnapshot } from '../ledger/lists/list-snapshots.ts'
import { openLedger } from '../ledger/open.ts'
import { approveSnapshot } from '../lists/approve-snapshot.ts'
import type { ImportOutcome } from '../lists/import-list.ts'
import { removeList } from '../lists/remove-list.ts'
import { sayOutcome } from '../lists/say-outcome.ts'
import { sweepRejected } from '../lists/sweep-rejected.ts'
import { type UpdateOutcome, updateList } from '../lists/update-list.ts'
import {
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  type Done,
  databaseOf,
  decidedBy,
  listConfigOf,
  now,
  stopSignal,
} from './common.ts'
import { printJson, printLine } from './output.ts'
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
              onTrouble: (error) => log.warn({ list: list.id }, `${error.message} Trying again.`),
              onNote: (text) => log.warn({ list: list.id }, `list ${list.id}: ${text}`),
              onReread: (outcome) => sayOutcome(list, outcome, log, now()),
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

/** `lists approve ID SNAPSHOT`: activates a version that the guard held. */
export function approveCommand(): Command {
  return command('approve', 'activate a held version from its archived file')
    .argument('<id>', 'a list')
    .argument('<snapshot>', 'its SHA-256, or the first digits of it: `lists show ID` has them')
    .action(async (id: string, snapshot: string, options: CommonOptions) => {
      const db = openLedger(databaseOf(options, configIfAny(options)), { create: false })
      try {
        const approval = await approveSnapshot(db, id, snapshot, now())
        if (options.json) printJson(approval)
        else {
          const { listId, sha256, reason, revision } = approval
          printLine(`${listId}: activated as revision ${revision}. Snapshot ${sha256}.`)
          printLine(`It was held: ${reason ?? 'no reason noted'}.`)
        }
        await rescreenAfter(db, options)
      } finally {
        db.close()
      }
    })
}

/** `lists remove ID`. */
export function removeListCommand(): Command {
  return command('remove', 'take a list out of force: one that the config does not name any more')
    .argument('<id>', 'a list of the database: `lists show` has them')
    .option('--actor <name>', "who decided; default: the operating system's user")
    .option('--note <text>', 'why')
    .action(async (id: string, options: CommonOptions & { actor?: string; note?: string }) => {
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const by = { ...decidedBy(options), at: now() }
        const removed = await removeList(db, id, config?.lists ?? [], by)
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
