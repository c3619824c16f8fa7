import type { Command } from 'commander'
import { freezeListsOf, publishedListsOf } from '../config/lists.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { activeSnapshot } from '../ledger/lists/list-snapshots.ts'
import { openLedger } from '../ledger/open.ts'
import { sayOutcome } from '../lists/say-outcome.ts'
import { sweepRejected } from '../lists/sweep-rejected.ts'
import { type UpdateOutcome, updateList } from '../lists/update-list.ts'
import { type CommonOptions, command, configOf, type Done, listConfigOf, now, stopSignal } from './common.ts'
import { printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'
import { sayImport } from './say-import.ts'

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
            if (!options.json) sayUpdate(outcome, activeSnapshot(db, list.id) !== undefined)
          } catch (error) {
            if (signal.aborted) throw error
            failures.push(error)
            log.error({ list: list.id }, `list ${list.id} was not updated`)
          }
        }
        if (options.json) printJson(outcomes)
        else if (id === undefined) for (const list of freezeListsOf(config.lists)) sayRead(list)
        await rescreenAfter(db, options)
        if (outcomes.some((outcome) => outcome.state === 'held' || isStillHeld(outcome))) done(1)
        if (failures.length > 0) throw joined(failures)
      } finally {
        db.close()
      }
    })
}

function sayRead({ id, chain }: { id: string; chain: string }): void {
  printLine(`${id}: read from ${chain} while \`run\` follows it; there is nothing to fetch.`)
}

function sayUpdate(outcome: UpdateOutcome, hasActive: boolean): void {
  if (outcome.state !== 'not-modified') {
    sayImport(outcome, hasActive)
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
