import type { Command } from 'commander'
import { readPasted } from '../address/read-pasted.ts'
import type { Config } from '../config/schema.ts'
import { durationIn } from '../config/values.ts'
import { shownAddress, whySecret } from '../descriptor/shown-address.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { AlertFilter } from '../ledger/alerts/alert-filter.ts'
import type { Db } from '../ledger/database.ts'
import { readLists } from '../ledger/lists/lists.ts'
import { isInFuture, isoMoment } from '../time/moments.ts'
import { type CommonOptions, chainHelp, now, parseHeight, refuseUnknownChain } from './common.ts'

/** The options that choose alerts, as they were typed. */
export interface FilterOptions extends CommonOptions {
  chain?: string
  status?: string
  level?: string
  since?: string
  tx?: string
  address?: string
  reference?: string
  direction?: string
  subject?: string
  list?: string
  assignee?: string
  due?: string
  filed?: boolean
  open?: boolean
  canary?: boolean
  limit?: string
}

export const statuses = ['pending-mempool', 'pending', 'final', 'orphaned', 'withdrawn', 'attempted']
const levels = ['high', 'medium', 'low']
const directions = ['deposit', 'withdrawal']

/** Adds the options that choose alerts. */
export function withFilter(command: Command): Command {
  return command
    .option('--chain <name>', `of this chain only: ${chainHelp}`)
    .option('--status <status>', statuses.join(', '))
    .option('--level <level>', levels.join(', '))
    .option('--direction <direction>', directions.join(', '))
    .option('--list <id>', 'of this list only')
    .option('--subject <text>', 'whose listed party has this in its name')
    .option('--reference <id>', 'your own reference, of the own address')
    .option('--address <address>', 'own address, counterparty or listed address, in any form')
    .option('--tx <hash>', 'of this transaction only: 64 hex digits, with or without 0x')
    .option('--since <time>', 'raised since then: 24h, 7d, a date, or a date and a time with its zone')
    .option(
      '--due <when>',
      'whose report is due by then: a date, 3d (from today), or today; overdue ones too',
    )
    .option('--filed', 'whose report was sent (`alerts filed`)')
    .option('--no-filed', 'whose report was not sent, also where it is due anew after another decision')
    .option('--assignee <name>', 'assigned to this person; none: to nobody')
    .option('--open', 'only alerts without a decision that are neither orphaned nor withdrawn')
    .option('--canary', 'also the test alerts of the canary')
    .option('--limit <n>', 'maximum number of alerts')
}

/**
 * What the options ask for. A word that no alert can have would find none, and look like good news: it is refused.
 *
 * @throws ChainscreenError `usage`
 */
export function filterOf(db: Db, config: Config | null, options: FilterOptions): AlertFilter {
  const { chain, list, status, level, direction, tx, address, since, due, assignee, limit } = options
  checkWords({ status, level, direction, tx, address })
  if (chain !== undefined && chain !== 'canary') refuseUnknownChain(db, config, chain)
  if (list !== undefined) refuseUnknownList(db, config, list)
  const { reference, subject } = options
  const given = Object.entries({ chain, list, status, level, direction, tx, address, reference, subject })
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(due === undefined ? {} : { dueBy: dayOf(due) }),
    ...(assignee === undefined ? {} : { assignee: assignee === 'none' ? null : assignee }),
    ...(options.filed === undefined ? {} : { filed: options.filed }),
    ...(limit === undefined ? {} : { limit: parseHeight(limit, 'number of alerts') }),
    open: options.open ?? false,
    canary: options.canary ?? false,
  }
}

/** Whether the options choose anything. */
export function choosesAlerts({ config: _, db: __, json: ___, ...options }: FilterOptions): boolean {
  const keys = [
    'chain',
    'status',
    'level',
    'since',
    'tx',
    'address',
    'reference',
    'direction',
    'subject',
  ] as const
  return [...keys, 'list', 'assignee', 'due', 'filed', 'open'].some(
    (key) => options[key as keyof typeof options] !== undefined,
  )
}

interface Words {
  status: string | undefined
  level: string | undefined
  direction: string | undefined
  tx: string | undefined
  address: string | undefined
}

function checkWords({ status, level, direction, tx, address }: Words): void {
  refuseOther('--status', status, statuses)
  refuseOther('--level', level, levels)
  refuseOther('--direction', direction, directions)
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

/** A list that was mistyped has no alerts. */
function refuseUnknownList(db: Db, config: Config | null, id: string): void {
  const known = new Set([...(config?.lists ?? []), ...readLists(db)].map((list) => list.id))
  if (known.has(id)) return
  throw usage(
    `No list of the config or the database is named "${shownAddress(id)}"; they have: ${[...known].sort().join(', ') || 'none'}.`,
  )
}

function momentOf(since: string): string {
  const ago = durationIn(since)
  if (ago !== null) return new Date(Date.parse(now()) - ago).toISOString()
  const moment = isoMoment(since)
  if (moment !== null && isInFuture(moment, now()))
    throw usage(`--since ${since} is in the future (a date begins at 00:00 UTC): nothing was raised since.`)
  if (moment !== null) return moment
  throw usage(`--since ${since} is no time; expected one such as 24h, 2026-01-31 or 2026-01-31T12:00:00Z.`)
}

function dayOf(due: string): string {
  const ahead = due === 'today' ? 0 : durationIn(due)
  if (ahead !== null) return new Date(Date.parse(now()) + ahead).toISOString().slice(0, 10)
  if (/^\d{4}-\d{2}-\d{2}$/.test(due) && isoMoment(due) !== null) return due
  throw usage(`--due ${due} is no day; expected one such as 2026-01-31, 3d or today.`)
}

function refuseOther(option: string, word: string | undefined, words: readonly string[]): void {
  if (word === undefined || words.includes(word)) return
  throw usage(`${option} ${word} is unknown; expected ${words.join(', ')}.`)
}

const usage = (message: string) => new ChainscreenError('usage', message)
