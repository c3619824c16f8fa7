import type { Command } from 'commander'
import { activeSnapshot, type SnapshotEntry } from '../ledger/lists/list-snapshots.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { sourceOf } from '../lists/load-list.ts'
import { type ContractReport, type ListReport, reportDiff, reportLists } from '../lists/report.ts'
import { importListFile } from '../operations/lists.ts'
import {
  type ActOptions,
  actOf,
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
  withAct,
} from './common.ts'
import { approveCommand, printImport, removeListCommand, updateCommand } from './lists-change.ts'
import { previewCommand } from './lists-preview.ts'
import { openLedger } from './open-ledger.ts'
import { partyText, printable, printJson, printLine, printTable, printWrapped } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

/** `lists update|import|show|diff|preview|approve|remove`. */
export const listsCommand: CommandFactory = (done) =>
  command('lists', 'the lists of addresses')
    .addCommand(updateCommand(done))
    .addCommand(importCommand(done))
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(previewCommand())
    .addCommand(approveCommand())
    .addCommand(removeListCommand())

function importCommand(done: Done): Command {
  return withAct(command('import', 'load a file as a new version of a list'))
    .argument('<id>', 'a list of the config')
    .argument('<file>', listFileHelp)
    .option('--approve', 'activate it although the import checks object')
    .action(async (id: string, file: string, options: CommonOptions & ActOptions & { approve?: boolean }) => {
      const config = configOf(options)
      const list = listConfigOf(config, id)
      const db = openLedger(config.database)
      try {
        const act = actOf(options, config, db)
        const outcome = await importListFile(db, sourceOf(list), file, options.approve ?? false, act)
        if (options.json) printJson(outcome)
        else printImport(outcome, activeSnapshot(db, id) !== undefined)
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
        for (const report of reports) printList(report, id !== undefined)
      } finally {
        db.close()
      }
    })
}

function printList(report: ListReport, whole: boolean): void {
  printLine(`${report.id} (${report.format}, ${report.category})`)
  printRemoval(report)
  if (report.contracts.length > 0) report.contracts.forEach(printContract)
  else {
    printWrapped('  active snapshot  ', report.activeSnapshot?.slice(0, 16) ?? 'none')
    printWrapped('  issued on        ', issuedText(report))
  }
  printWrapped('  last checked     ', report.checkedAt ?? 'never')
  const problem = report.health.problem ?? report.health.warning
  if (problem !== null && report.removal === null) printWrapped('  UNHEALTHY        ', problem)
  printLine(`  revision         ${report.revision}`)
  const families = report.families
    .filter(({ inForce }) => inForce > 0)
    .map(({ family, inForce }) => `${family} ${inForce}`)
    .join(', ')
  printWrapped('  in force         ', `${report.inForce}${families === '' ? '' : ` (${families})`}`)
  printLine(`  removed          ${report.removed}`)
  const { unreadableDates } = report
  const dates = unreadableDates === 0 ? '' : `, dates: ${unreadableDates}`
  printLine(`  unreadable       ${report.unparsed.length}${dates}`)
  const held = report.snapshots.filter(({ state }) => state === 'held')
  for (const { sha256, reason } of held)
    printWrapped(
      '  HELD             ',
      `${sha256.slice(0, 16)}: ${printable(reason ?? 'waiting for approval')}`,
    )
  const [last] = report.checks
  if (!whole) {
    if (last?.outcome === 'rejected' || last?.outcome === 'failed') printWrapped('  ', checkText(last), 6)
    return
  }
  printChecks(report.checks, held)
  if (report.unparsed.length > 0) printLine('  unreadable')
  for (const { location, asset, raw, reason } of report.unparsed)
    printWrapped('    ', `${location}: ${asset === null ? '' : `${asset} `}${printable(raw)}: ${reason}`, 6)
  const others = report.snapshots.filter(({ state }) => state !== 'active')
  if (others.length === 0) return
  printTable(
    ['  other snapshots', 'state', 'issued on', 'imported at', 'revision'],
    others.map((row) => [
      ...[`  ${row.sha256.slice(0, 16)}`, row.state, row.issued_on, timeText(row.imported_at), row.revision],
    ]),
  )
}

/** Where the config does not have it any more. */
function printRemoval({ removal, inConfig, inForce }: ListReport): void {
  if (removal !== null) {
    const { actor, at, note } = removal
    const why = note === null ? '' : `: ${printable(note)}`
    printWrapped('  REMOVED          ', `out of force, by ${printable(actor)} at ${timeText(at)}${why}`)
  } else if (inConfig === false && inForce > 0) {
    printWrapped(
      '  NOT IN CONFIG    ',
      'still in force, and no longer updated: `lists remove` takes it out of force',
    )
  }
}

/** Newest first. A repeated message is printed once, and what stands above of a held version is not printed again. */
function printChecks(checks: ListReport['checks'], held: ListReport['snapshots']): void {
  printLine('  last checks')
  const texts = checks.map((check) => {
    const reason = held.find(({ sha256 }) => sha256 === check.sha256)?.reason
    const detail = reason ? check.detail?.replace(`; ${reason}`, '; HELD above says why') : check.detail
    return checkText({ ...check, detail: detail ?? null })
  })
  const withoutTime = (index: number) => texts[index]?.slice((checks[index]?.at ?? '').length)
  for (let from = 0; from < checks.length; ) {
    let to = from
    while (to + 1 < checks.length && withoutTime(to + 1) === withoutTime(from)) to++
    const times = to === from ? '' : ` (${to - from + 1} times since ${timeText(checks[to]?.at ?? '')})`
    printWrapped('    ', `${texts[from]}${times}`, 6)
    from = to + 1
  }
}

/** `2026-01-01T10:00:00Z`. */
function timeText(at: string): string {
  return at.replace(/\.\d+Z$/, 'Z')
}

/** `2026-11-19 (11 days ago)`. A day that is still to come has no age. */
function issuedText({ activeSnapshot, issuedOn, daysSinceIssue }: ListReport): string {
  if (issuedOn === null) return activeSnapshot === null ? 'no version is active' : 'no date given'
  if (daysSinceIssue === null) return `${issuedOn} (in the future)`
  const ago = daysSinceIssue === 1 ? '1 day ago' : `${daysSinceIssue} days ago`
  return `${issuedOn} (${daysSinceIssue === 0 ? 'today' : ago})`
}

/** `  contract         USDT 0xdac1… on ethereum from block 4634748; its past is read`. */
function printContract({ chain, contract, symbol, from, readTo, pastTo, readThrough }: ContractReport): void {
  const past = readThrough
    ? 'past freezes are read'
    : `past freezes are read up to block ${Math.max(readTo, from - 1)} of ${pastTo ?? '(the chain was not followed yet)'}`
  const name = symbol === null ? contract : `${printable(symbol)} ${contract}`
  printWrapped('  contract         ', `${name} on ${chain} from block ${from}; ${past}`)
}

/** `2026-01-01T10:00:00.000Z  rejected 200  host: …`. */
function checkText({ at, outcome, status, detail }: ListReport['checks'][number]): string {
  return `${at}  ${outcome}${status === null ? '' : ` ${status}`}  ${printable(detail ?? '')}`.trimEnd()
}

/** `ETH 0x…  A party (ends on 2026-03-01)`. */
function entryText({ assets, address, subject, subjectIds, removedOn }: SnapshotEntry): string {
  const end = removedOn === null ? '' : ` (ends on ${removedOn})`
  return `${assets.join(',')} ${printable(address)}  ${printable(partyText(subject, subjectIds))}${end}`.trim()
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
        for (const entry of diff.added) printLine(`+ ${entryText(entry)}`)
        for (const entry of diff.removed) printLine(`- ${entryText(entry)}`)
        printLine(
          `${diff.added.length} added, ${diff.removed.length} removed, ${diff.changed.length} with changed details.`,
        )
        if (diff.past.length > 0)
          printLine(`${diff.past.length} in one of the two only, and already removed there.`)
        printTable(
          ['asset', 'added', 'removed'],
          diff.byAsset.map((row) => [row.asset, row.added, row.removed]),
        )
      } finally {
        db.close()
      }
    })
}
