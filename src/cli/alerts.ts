import type { Command } from 'commander'
import { readPasted } from '../address/read-pasted.ts'
import { shownAddress, whySecret } from '../descriptor/shown-address.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import {
  type CurrentAlertRow,
  type Disposition,
  dispositions,
  findAlerts,
  readAlert,
  resolveAlert,
} from '../ledger/alerts/alert-queries.ts'
import { openLedger, openLedgerForReading } from '../ledger/open.ts'
import { isoMoment } from '../time/moments.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainHelp,
  command,
  configIfAny,
  databaseOf,
  decidedBy,
  now,
  parseHeight,
  refuseUnknownChain,
} from './common.ts'
import { amountText, printable, printJson, printLine, printTable } from './output.ts'

interface FilterOptions extends CommonOptions {
  chain?: string
  status?: string
  level?: string
  since?: string
  tx?: string
  address?: string
  open?: boolean
  canary?: boolean
  limit?: string
}

/** `alerts`, `alerts show ID`, `alerts resolve ID`. */
export const alertsCommand: CommandFactory = () =>
  command('alerts', 'list alerts, show one, and record decisions')
    .option('--chain <name>', `of this chain only: ${chainHelp}`)
    .option('--status <status>', statuses.join(', '))
    .option('--level <level>', levels.join(', '))
    .option('--since <time>', 'raised at or after: a date, or a date and a time with its zone')
    .option('--tx <hash>', 'of this transaction only: 64 hex digits, with or without 0x')
    .option('--address <address>', 'own address, counterparty or listed address, in any form')
    .option('--open', 'only alerts without a decision that are neither orphaned nor withdrawn')
    .option('--canary', 'also the test alerts of the canary')
    .option('--limit <n>', 'maximum number of alerts')
    .action((options: FilterOptions) => {
      const { chain, status, level, since, tx, address, limit } = options
      checkFilter({ status, level, since, tx, address })
      const given = Object.entries({ chain, status, level, since, tx, address }).filter(
        ([, value]) => value !== undefined,
      )
      const filter = {
        ...Object.fromEntries(given),
        ...(limit === undefined ? {} : { limit: parseHeight(limit, 'number of alerts') }),
        open: options.open ?? false,
        canary: options.canary ?? false,
      }
      const config = configIfAny(options)
      const db = openLedgerForReading(databaseOf(options, config))
      try {
        if (chain !== undefined && chain !== 'canary') refuseUnknownChain(db, config, chain)
        const alerts = findAlerts(db, filter)
        if (options.json) return printJson(alerts.map(parsed))
        if (alerts.length === 0) return printLine('No alerts.')
        printAlerts(alerts)
      } finally {
        db.close()
      }
    })
    .addCommand(showCommand())
    .addCommand(resolveCommand())

/** The columns that fit a terminal; the rest is in `alerts show` and `--json`. */
export function printAlerts(alerts: readonly CurrentAlertRow[]): void {
  printTable(
    [
      'id',
      'level',
      'status',
      'disposition',
      'chain',
      'block',
      'direction',
      'role',
      'match',
      'amount',
      'counterparty',
      'listed as',
    ],
    alerts.map((alert) => [
      ...[alert.id.slice(0, 12), alert.current_level, alert.status, alert.disposition],
      ...[alert.chain, alert.block_height, alert.direction],
      // An own address that a list names has no counterparty: it is the one.
      ...[alert.role, alert.match, amountNow(alert), alert.counterparty ?? alert.own_address],
      `${alert.subject ?? alert.entry_address} (${alert.list_id})`,
    ]),
  )
}

/** By what its asset is called now. */
function amountNow(alert: CurrentAlertRow): string {
  return amountText({ ...alert, symbol: alert.current_symbol, decimals: alert.current_decimals })
}

/** The JSON columns as what they hold. */
function parsed(alert: CurrentAlertRow) {
  return {
    ...alert,
    tags: JSON.parse(alert.tags) as unknown,
    current_tags: JSON.parse(alert.current_tags) as unknown,
    programs: JSON.parse(alert.programs) as unknown,
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
        for (const [name, value] of Object.entries(parsed(alert))) {
          printLine(
            `${name.padEnd(20)} ${value === null ? '' : printable(Array.isArray(value) ? value.join(', ') : String(value))}`,
          )
        }
        printLine()
        for (const event of events) {
          printLine(
            `${event.at}  ${event.kind}  by ${printable(event.actor)}  ${printable(event.note ?? '')}${event.data ?? ''}`,
          )
        }
      } finally {
        db.close()
      }
    })
}

function resolveCommand(): Command {
  return command('resolve', "record a person's decision")
    .argument('<id>', 'an alert: its id, or the first digits of it')
    .requiredOption('--as <decision>', dispositions.join(', '))
    .requiredOption('--actor <name>', 'who decided')
    .option('--note <text>', 'the reason for the decision')
    .action((id: string, options: CommonOptions & { as: string; actor: string; note?: string }) => {
      const as = dispositions.find((one): one is Disposition => one === options.as)
      if (as === undefined) {
        throw new ChainscreenError(
          'usage',
          `--as ${options.as} is no decision; expected ${dispositions.join(', ')}.`,
        )
      }
      const { actor, note } = decidedBy(options)
      if (options.actor.trim() === '') {
        throw new ChainscreenError('usage', '--actor is empty; expected the name of who decided.')
      }
      const db = openLedger(databaseOf(options, configIfAny(options)), { create: false })
      try {
        resolveAlert(db, id, { as, actor, note, at: now() })
        if (options.json) printJson({ id, as, actor })
        else printLine(`${id}: ${as}, by ${actor}.`)
      } finally {
        db.close()
      }
    })
}

/** What `alerts` can look for, besides a chain. */
export interface FilterWords {
  status?: string | undefined
  level?: string | undefined
  since?: string | undefined
  tx?: string | undefined
  address?: string | undefined
}

export const statuses = ['pending-mempool', 'pending', 'final', 'orphaned', 'withdrawn']
export const levels = ['high', 'medium', 'low']

/** A word that no alert can have would find none, and look like good news. @throws `usage` */
export function checkFilter({ status, level, since, tx, address }: FilterWords): void {
  refuseOther('--status', status, statuses)
  refuseOther('--level', level, levels)
  if (since !== undefined && isoMoment(since) === null)
    throw usage(`--since ${since} is no time; expected one such as 2026-01-31 or 2026-01-31T12:00:00Z.`)
  if (tx !== undefined && !/^(?:0x)?[0-9a-f]{64}$/i.test(tx))
    throw usage(
      `--tx ${shownAddress(tx)} is no transaction hash; expected 64 hex digits, with or without 0x.`,
    )
  if (address === undefined) return
  const parsed = readPasted(address)
  if (parsed.ok) return
  const why = whySecret(address) ?? parsed.reason
  throw usage(`--address ${shownAddress(address)} can't be read: ${why}.`)
}

function refuseOther(option: string, word: string | undefined, words: readonly string[]): void {
  if (word === undefined || words.includes(word)) return
  throw usage(`${option} ${word} is unknown; expected ${words.join(', ')}.`)
}

const usage = (message: string) => new ChainscreenError('usage', message)
