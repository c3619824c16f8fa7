import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { ChainConfig } from '../config/chains.ts'
import type { PublishedListConfig } from '../config/lists.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { shownAddress } from '../descriptor/shown-address.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { secondPersonDecisions } from '../ledger/alerts/decisions.ts'
import type { Act } from '../ledger/audit.ts'
import { chainIds } from '../ledger/blocks/chain.ts'
import type { Db } from '../ledger/database.ts'
import { checkedAct } from '../operations/act.ts'
import { personOfToken } from '../operations/tokens.ts'

/** What every command takes. */
export interface CommonOptions {
  config: string
  db?: string
  json?: boolean
}

/** Tells the exit code of a command that ended well; 0 where it says nothing. */
export type Done = (exitCode: number) => void

/** A command's file exports one of these. */
export type CommandFactory = (done: Done) => Command

/** A command with the options that all have. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', 'config file', './chainscreen.yaml')
    .option('--db <file>', 'database file; overrides the config')
    .option('--json', 'machine-readable output on stdout')
}

/** The config of a command that can't do without. */
export function configOf(options: CommonOptions): Config {
  return loadConfig(options.config, options.db === undefined ? {} : { db: options.db })
}

/** The config, or `null` where there is none and `--db` says all that a reading command needs. */
export function configIfAny(options: CommonOptions): Config | null {
  const noFile = options.config === './chainscreen.yaml' && !existsSync(options.config)
  return noFile && options.db !== undefined ? null : configOf(options)
}

/** The database a reading command is about. */
export function databaseOf(options: CommonOptions, config: Config | null): string {
  return config?.database ?? resolve(options.db ?? './chainscreen.db')
}

/** A chain of the config by its id. @throws `usage` naming the ids there are. */
export function chainConfigOf(config: Config, id: string): ChainConfig {
  const chain = config.chains.find((candidate) => candidate.id === id)
  if (chain !== undefined) return chain
  const known = config.chains.map((candidate) => candidate.id).join(', ') || 'none'
  throw new ChainscreenError(
    'usage',
    `No chain of the config is named "${shownAddress(id)}"; it has: ${known}.${hintAtName(config, id)}`,
  )
}

/** Of all options that name a chain. */
export const chainHelp = "a chain's name in the config (its `id`)"

/** Who gives the number of an EVM chain, as wallets and explorers call it, gets the name of that chain. */
function hintAtName(config: Config | null, id: string): string {
  const number = /^(?:eip155:)?(\d+)$/i.exec(id)?.[1]
  if (number === undefined) return ''
  const meant = config?.chains.find((chain) => chain.type === 'evm' && String(chain.chainId) === number)
  return meant === undefined
    ? ' A chain is given by its name, and not by its number.'
    : ` Number ${number} is ${meant.id}: a chain is given by its name.`
}

/**
 * A chain that was mistyped has no alerts and no gaps, and that would look like good news.
 *
 * @throws `usage` for an id that neither the config nor the database has, naming those that they have.
 */
export function refuseUnknownChain(db: Db, config: Config | null, id: string): void {
  const known = new Set([...(config?.chains ?? []).map((chain) => chain.id), ...chainIds(db)])
  if (known.has(id)) return
  const names = [...known].sort().join(', ') || 'none'
  throw new ChainscreenError(
    'usage',
    `No chain of the config or the database is named "${shownAddress(id)}"; they have: ${names}.${hintAtName(config, id)}`,
  )
}

/**
 * A list of the config by its id, to load a version of.
 *
 * @throws `usage` naming the ids there are, or where the list has no versions since it is read from a chain.
 */
export function listConfigOf(config: Config, id: string): PublishedListConfig {
  const list = config.lists.find((candidate) => candidate.id === id)
  if (list !== undefined && 'chain' in list) {
    throw new ChainscreenError(
      'usage',
      `List ${id} is read from chain ${list.chain} while \`run\` follows it: it has no file and no versions. \`chainscreen lists show ${id}\` says how far it is.`,
    )
  }
  if (list !== undefined) return list
  const known = config.lists.map((candidate) => candidate.id).join(', ') || 'none'
  throw new ChainscreenError('usage', `There is no list "${id}" in the config; it has: ${known}.`)
}

/** What `lists import` and `lists preview` take. */
export const listFileHelp = '.xml, .csv, .json or .yaml, also packed as .zip or .gz'

/** A block height, or another whole number, from the command line. @param what it is, for the message. */
export function parseHeight(text: string, what = 'block height'): number {
  const height = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(height)) return height
  throw new ChainscreenError('usage', `"${text}" is no ${what}; expected a whole number.`)
}

/** What a command that changes something takes. */
export interface ActOptions {
  actor?: string
  note?: string
}

/** Adds the options that say who does it, and why. */
export function withAct(command: Command): Command {
  return command
    .option('--actor <name>', "who does it, for the record; default: the operating system's user")
    .option('--note <text>', 'why, for the record')
}

/**
 * Who does something, and why, for the record, which keeps it permanently.
 *
 * @throws `usage` for words that must not be stored, without repeating them; and for `--actor` where decisions need two people: the record
 * must show who is logged in then, whatever was changed.
 */
export function actOf({ actor, note }: ActOptions, config: Config | null, db: Db): Act {
  const token = process.env.CHAINSCREEN_TOKEN
  const person = token ? personOfToken(db, token, now()) : null
  if (person !== null && actor !== undefined)
    throw new ChainscreenError(
      'usage',
      "--actor can't be used with CHAINSCREEN_TOKEN, which says who you are.",
    )
  const act = checkedAct({ actor: actor ?? person ?? userInfo().username, note: note ?? null, at: now() })
  const needTwo = [...(config?.decisions.secondPerson ?? []), ...secondPersonDecisions(db)]
  if (actor === undefined || needTwo.length === 0) return act
  throw new ChainscreenError(
    'usage',
    "--actor can't be used where decisions need two people (`decisions.secondPerson`): the actor is the person of CHAINSCREEN_TOKEN, or the operating system's user.",
  )
}

export function now(): string {
  return new Date().toISOString()
}

let stopping: AbortSignal | undefined

/** The signal that SIGINT and SIGTERM abort, one for all who ask; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  if (stopping !== undefined && !stopping.aborted) return stopping
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  stopping = controller.signal
  return stopping
}
