import type { Command } from 'commander'
import { activeSnapshot } from '../ledger/list-snapshots.ts'
import { openLedger, openLedgerForReading } from '../ledger/open.ts'
import { importList } from '../lists/import-list.ts'
import { sourceOf } from '../lists/load-list.ts'
import { type ContractReport, type ListReport, reportDiff, reportLists } from '../lists/report.ts'
import {
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  type Done,
  databaseOf,
  listConfigOf,
  listFileHelp,
  now,
} from './common.ts'
import { approveCommand } from './lists-approve.ts'
import { previewCommand } from './lists-preview.ts'
import { updateCommand } from './lists-update.ts'
import { printable, printJson, printLine, printTable } from './output.ts'
import { rescreenAfter } from './rescreen.ts'
import { sayImport } from './say-import.ts'

/** `lists update|import|show|diff|preview|approve`. */
export const listsCommand: CommandFactory = (done) =>
  command('lists', 'the lists of addresses')
    .addCommand(updateCommand(done))
    .addCommand(importCommand(done))
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(previewCommand())
    .addCommand(approveCommand())

function importCommand(done: Done): Command {
  return command('import', 'load a file as a new version of a list')
    .argument('<id>', 'a list of the config')
    .argument('<file>', listFileHelp)
    .option('--approve', 'activate it although the guard objects')
    .action(async (id: string, file: string, options: CommonOptions & { approve?: boolean }) => {
      const config = configOf(options)
      const list = listConfigOf(config, id)
      const db = openLedger(config.database)
      try {
        const how = { approve: options.approve ?? false, byHand: true, at: now() }
        const outcome = await importList(db, sourceOf(list), { path: file }, how)
        if (options.json) printJson(outcome)
        else sayImport(outcome, activeSnapshot(db, id) !== undefined)
        await rescreenAfter(db, options)
        if (outcome.state === 'held') done(1)
      } finally {
        db.close()
      }
    })
}

function showCommand(): Command {
  return command('show', 'state, age and counts')
    .argument('[id]', 'one list only, with its snapshots and unreadable rows')
    .action((id: string | undefined, options: CommonOptions) => {
      const config = configIfAny(options)
      const db = openLedgerForReading(databaseOf(options, config))
      try {
        const reports = reportLists(db, id, now(), config?.lists)
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
  if (report.contracts.length > 0) report.contracts.forEach(sayContract)
  else {
    printLine(`  active snapshot  ${report.activeSnapshot ?? 'none'}`)
    printLine(`  issued on        ${issuedText(report)}`)
  }
  printLine(`  last checked     ${report.checkedAt ?? 'never'}`)
  const trouble = report.health.trouble ?? report.health.warning
  if (trouble !== null) printLine(`  UNHEALTHY        ${trouble}`)
  printLine(`  revision         ${report.revision}`)
  const families = report.families.map(({ family, inForce }) => `${family} ${inForce}`).join(', ')
  printLine(`  in force         ${report.inForce}${families === '' ? '' : ` (${families})`}`)
  printLine(`  removed          ${report.removed}`)
  const { unreadableDates } = report
  const dates = unreadableDates === 0 ? '' : `, dates: ${unreadableDates}`
  printLine(`  unreadable       ${report.unparsed.length}${dates}`)
  for (const held of report.snapshots.filter(({ state }) => state === 'held')) {
    printLine(`  HELD ${held.sha256}: ${printable(held.reason ?? 'waiting for approval')}`)
  }
  const [last] = report.checks
  if (!whole) {
    if (last?.outcome === 'rejected' || last?.outcome === 'failed') printLine(`  ${checkText(last)}`)
    return
  }
  printLine('  last checks')
  for (const check of report.checks) printLine(`    ${checkText(check)}`)
  for (const item of report.unparsed) {
    printLine(`    ${item.location}: ${item.asset ?? ''} ${printable(item.raw)}: ${item.reason}`)
  }
  if (report.contracts.length > 0) return
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

/** `2026-11-19 (11 days ago)`. A day that is still to come has no age. */
function issuedText({ issuedOn, daysSinceIssue }: ListReport): string {
  if (issuedOn === null) return 'unknown'
  if (daysSinceIssue === null) return `${issuedOn} (still to come)`
  const ago = daysSinceIssue === 1 ? '1 day ago' : `${daysSinceIssue} days ago`
  return `${issuedOn} (${daysSinceIssue === 0 ? 'today' : ago})`
}

/** `  contract         USDT 0xdac1… on ethereum from block 4634748; its past is read`. */
function sayContract({ chain, contract, symbol, from, readTo, pastTo, readThrough }: ContractReport): void {
  const past = readThrough
    ? 'its past is read'
    : `its past is read up to block ${Math.max(readTo, from - 1)} of ${pastTo ?? '(the chain was not followed yet)'}`
  const name = symbol === null ? contract : `${printable(symbol)} ${contract}`
  printLine(`  contract         ${name} on ${chain} from block ${from}; ${past}`)
}

/** `2026-01-01T10:00:00.000Z  rejected 200  host: …`. */
function checkText({ at, outcome, status, detail }: ListReport['checks'][number]): string {
  return `${at}  ${outcome}${status === null ? '' : ` ${status}`}  ${printable(detail ?? '')}`.trimEnd()
}

function diffCommand(): Command {
  return command('diff', 'what changed between two versions of a list')
    .argument('<id>', 'a list')
    .argument('[from]', 'the older snapshot: its SHA-256, or the first digits of it')
    .argument('[to]', 'the newer one; `lists show ID` has their names')
    .addHelpText(
      'after',
      '\nWithout FROM and TO: from the active version to the one that was held last, or from the version before it to the active one.',
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
