import type { Command } from 'commander'
import { type CurrentAlertRow, eachAlert, readAlert } from '../ledger/alerts/alert-queries.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { csvLine } from '../server/csv.ts'
import { type FilterOptions, filterOf, withFilter } from './alert-filter.ts'
import {
  acknowledgeCommand,
  assignCommand,
  confirmCommand,
  filedCommand,
  noteCommand,
  reopenCommand,
  resolveCommand,
} from './alerts-decide.ts'
import { type Cell, type Column, printColumns } from './columns.ts'
import { type CommandFactory, type CommonOptions, command, configIfAny, databaseOf } from './common.ts'
import { amountText, printable, printJson, printJsonRows, printLine, printLines } from './output.ts'

/** `alerts`, `alerts show ID`, and the commands that work on the queue. */
export const alertsCommand: CommandFactory = () =>
  withFilter(command('alerts', 'list alerts, the newest first; show one; record decisions'))
    .option('--csv', 'every column as CSV')
    .action((options: FilterOptions & { csv?: boolean }) => {
      const config = configIfAny(options)
      const db = openLedgerForReading(databaseOf(options, config))
      try {
        const alerts = eachAlert(db, filterOf(db, config, options))
        if (options.json) return printJsonRows(mapped(alerts, parsed))
        if (options.csv) return printLines(csvLines(alerts))
        printAlerts(alerts)
      } finally {
        db.close()
      }
    })
    .addCommand(showCommand())
    .addCommand(resolveCommand())
    .addCommand(acknowledgeCommand())
    .addCommand(reopenCommand())
    .addCommand(confirmCommand())
    .addCommand(assignCommand())
    .addCommand(noteCommand())
    .addCommand(filedCommand())

/** In the order in which a person reads them; the highest rank goes first where the terminal is narrow. */
const columns: readonly Column[] = [
  { title: 'id' },
  { title: 'level' },
  { title: 'status', rank: 4 },
  { title: 'disposition' },
  { title: 'due', rank: 2 },
  { title: 'assignee', rank: 6, least: 8 },
  { title: 'chain', rank: 3 },
  { title: 'block', rank: 8 },
  { title: 'direction' },
  { title: 'role', rank: 7 },
  { title: 'match', rank: 9 },
  { title: 'amount', least: 12 },
  { title: 'reference', rank: 5, least: 8 },
  { title: 'counterparty', rank: 1, least: 13, middle: true },
  { title: 'listed as', least: 12 },
]

/** The columns that fit the terminal; the rest is in `alerts show`, `--csv` and `--json`. */
export function printAlerts(alerts: Iterable<CurrentAlertRow>): void {
  printColumns(columns, mapped(alerts, cellsOf), 'No alerts.')
}

function cellsOf(alert: CurrentAlertRow): Cell[] {
  return [
    ...[alert.id.slice(0, 12), alert.current_level, alert.status, dispositionText(alert), alert.due_on],
    ...[alert.assignee, alert.chain, alert.block_height, alert.direction],
    // An own address that a list names has no counterparty: it is the one.
    ...[alert.role, alert.match, amountNow(alert), alert.own_reference],
    alert.counterparty ?? alert.own_address,
    `${alert.subject ?? alert.entry_address} (${alert.list_id})`,
  ]
}

function* mapped<Item, Value>(items: Iterable<Item>, to: (item: Item) => Value): Generator<Value> {
  for (const item of items) yield to(item)
}

function dispositionText({ disposition, proposed }: CurrentAlertRow): string {
  return proposed === null ? disposition : `${proposed}?`
}

/** By what its asset is called now. */
function amountNow(alert: CurrentAlertRow): string {
  const { asset, amount, current_symbol: symbol, current_decimals: decimals } = alert
  return amountText({ asset, amount, symbol, decimals })
}

function* csvLines(alerts: Iterable<CurrentAlertRow>): Generator<string> {
  let names: (keyof CurrentAlertRow)[] | undefined
  for (const alert of alerts) {
    if (names === undefined) {
      names = Object.keys(alert) as (keyof CurrentAlertRow)[]
      yield csvLine(names)
    }
    yield csvLine(names.map((name) => alert[name]))
  }
}

/** The JSON columns as what they hold. */
function parsed(alert: CurrentAlertRow) {
  return {
    ...alert,
    tags: JSON.parse(alert.tags) as unknown,
    current_tags: JSON.parse(alert.current_tags) as unknown,
    programs: JSON.parse(alert.programs) as unknown,
    subject_ids: JSON.parse(alert.subject_ids) as unknown,
    entry_in_force: alert.entry_in_force === 1,
  }
}

function showCommand(): Command {
  return command('show', 'one alert and its timeline')
    .argument('<id>', 'an alert: its id, or the first digits of it')
    .action((id: string, options: CommonOptions) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      try {
        const { alert, events } = readAlert(db, id)
        if (options.json) return printJson({ ...parsed(alert), events })
        const shown = { ...parsed(alert), amount: amountNow(alert) }
        for (const [name, value] of Object.entries(shown)) {
          printLine(
            `${name.padEnd(20)} ${value === null ? '' : printable(Array.isArray(value) ? value.join(', ') : String(value))}`,
          )
        }
        printLine()
        for (const event of events) {
          const texts = [event.note, event.data].flatMap((text) => (text === null ? [] : [printable(text)]))
          printLine([event.at, event.kind, `by ${printable(event.actor)}`, ...texts].join('  '))
        }
      } finally {
        db.close()
      }
    })
}
