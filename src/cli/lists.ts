import type { Command } from 'commander'
import { ChainscreenError } from '../errors.ts'
import { openLedger, openLedgerForReading } from '../ledger/open.ts'
import type { ImportOutcome } from '../lists/import-list.ts'
import { loadList } from '../lists/load-lists.ts'
import { type ListReport, reportDiff, reportLists } from '../lists/report.ts'
import {
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  type Done,
  databaseOf,
  now,
} from './common.ts'
import { printable, printJson, printLine, printTable } from './output.ts'

/** `lists import|show|diff`. */
export const listsCommand: CommandFactory = (done) =>
  command('lists', 'the lists of addresses')
    .addCommand(importCommand(done))
    .addCommand(showCommand())
    .addCommand(diffCommand())

function importCommand(done: Done): Command {
  return command('import', 'load a file as a new version of a list')
    .argument('<id>', 'a list of the config')
    .argument('<file>', '.xml, .csv, or packed as .zip or .gz')
    .option('--approve', 'activate it although the guard objects')
    .action(async (id: string, file: string, options: CommonOptions & { approve?: boolean }) => {
      const config = configOf(options)
      const list = config.lists.find((candidate) => candidate.id === id)
      if (list === undefined) {
        const known = config.lists.map((candidate) => candidate.id).join(', ') || 'none'
        throw new ChainscreenError(
          'usage',
          `There is no list "${id}" in ${options.config}; it has: ${known}.`,
        )
      }
      const db = openLedger(config.database)
      try {
        const outcome = await loadList(db, list, { file, approve: options.approve ?? false, at: now() })
        if (options.json) printJson(outcome)
        else sayOutcome(outcome)
        if (outcome.state === 'held') done(1)
      } finally {
        db.close()
      }
    })
}

function sayOutcome(outcome: ImportOutcome): void {
  const { listId, state, sha256, issuedOn, entries, unparsed, added, removed, revision } = outcome
  const issued = issuedOn === null ? '' : `, issued on ${issuedOn}`
  if (state === 'unchanged') {
    printLine(`${listId}: unchanged: this version (${sha256.slice(0, 12)}…${issued}) is active already.`)
    return
  }
  printLine(
    `${listId}: ${entries} addresses, ${unparsed} not readable as an address${issued}; ${added} added, ${removed} removed.`,
  )
  if (state === 'activated') {
    printLine(`Activated as revision ${revision}. Snapshot ${sha256}.`)
    return
  }
  process.stderr.write(
    `Held: ${outcome.reasons.join('; ')}. The active version stays. See \`chainscreen lists diff ${listId}\`; import it again with --approve to activate it.\n`,
  )
}

function showCommand(): Command {
  return command('show', 'state, age and counts')
    .argument('[id]', 'one list only, with its snapshots and unreadable rows')
    .action((id: string | undefined, options: CommonOptions) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      try {
        const reports = reportLists(db, id, now())
        if (options.json) return printJson(reports)
        if (reports.length === 0) printLine('No list is loaded.')
        for (const report of reports) sayList(report, id !== undefined)
      } finally {
        db.close()
      }
    })
}

function sayList(report: ListReport, whole: boolean): void {
  printLine(`${report.id} (${report.format}, ${report.category})`)
  printLine(`  active snapshot  ${report.activeSnapshot ?? 'none'}`)
  printLine(
    `  issued on        ${report.issuedOn ?? 'unknown'}${report.daysSinceIssue === null ? '' : ` (${report.daysSinceIssue} days ago)`}`,
  )
  printLine(`  last checked     ${report.checkedAt ?? 'never'}`)
  printLine(`  revision         ${report.revision}`)
  const families = report.families.map(({ family, inForce }) => `${family} ${inForce}`).join(', ')
  printLine(`  in force         ${report.inForce}${families === '' ? '' : ` (${families})`}`)
  printLine(`  removed          ${report.removed}`)
  printLine(`  unreadable       ${report.unparsed.length}`)
  for (const held of report.snapshots.filter(({ state }) => state === 'held')) {
    printLine(`  HELD ${held.sha256}: ${held.reason ?? 'waiting for approval'}`)
  }
  if (!whole) return
  for (const item of report.unparsed) {
    printLine(`    ${item.location}: ${item.asset ?? ''} ${printable(item.raw)}: ${item.reason}`)
  }
  printTable(
    ['  snapshot', 'state', 'issued on', 'imported at', 'revision'],
    report.snapshots.map((row) => [
      `  ${row.sha256.slice(0, 16)}`,
      row.state,
      row.issued_on,
      row.imported_at,
      row.revision,
    ]),
  )
}

function diffCommand(): Command {
  return command('diff', 'what changed between two versions of a list')
    .argument('<id>')
    .argument('[from]', 'a snapshot: its SHA-256, or the first digits of it')
    .argument('[to]')
    .addHelpText(
      'after',
      '\nWithout FROM and TO: from the active version to the newest held one, or from the version before it to the active one.',
    )
    .action((id: string, from: string | undefined, to: string | undefined, options: CommonOptions) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      try {
        const diff = reportDiff(db, id, from, to)
        if (options.json) return printJson(diff)
        printLine(`${id}: ${diff.from.slice(0, 16)} → ${diff.to.slice(0, 16)}`)
        for (const entry of diff.added)
          printLine(
            `+ ${entry.assets.join(',')} ${printable(entry.address)}  ${printable(entry.subject ?? '')}`,
          )
        for (const entry of diff.removed)
          printLine(
            `- ${entry.assets.join(',')} ${printable(entry.address)}  ${printable(entry.subject ?? '')}`,
          )
        printLine(
          `${diff.added.length} added, ${diff.removed.length} removed, ${diff.changed.length} changed in what is said of them.`,
        )
        printTable(
          ['asset', 'added', 'removed'],
          diff.byAsset.map((row) => [row.asset, row.added, row.removed]),
        )
      } finally {
        db.close()
      }
    })
}
