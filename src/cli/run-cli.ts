import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { secretIn, withoutPrivateKeys, wordsOfPhrase } from '../address/secret.ts'
import { ChainscreenError, exitCodeOf, messageOf } from '../diagnostics/errors.ts'
import type { CommandFactory } from './common.ts'
import { printable } from './output.ts'

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

/** In the order of the help. A start reads only the command that it runs: all of them together take twice as long. */
const commands: Readonly<Record<string, () => Promise<CommandFactory>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
  init: async () => (await import('./init.ts')).initCommand,
  lists: async () => (await import('./lists.ts')).listsCommand,
  own: async () => (await import('./own.ts')).ownCommand,
  screen: async () => (await import('./screen.ts')).screenCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  rescreen: async () => (await import('./rescreen.ts')).rescreenCommand,
  alerts: async () => (await import('./alerts.ts')).alertsCommand,
  coverage: async () => (await import('./coverage.ts')).coverageCommand,
  chains: async () => (await import('./chains.ts')).chainsCommand,
  deliveries: async () => (await import('./deliveries.ts')).deliveriesCommand,
  record: async () => (await import('./record.ts')).recordCommand,
  server: async () => (await import('./server.ts')).serverCommand,
  tokens: async () => (await import('./tokens.ts')).tokensCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
}

/** Runs one command line. @returns the exit code. Nothing is thrown: what went wrong is said on stderr. */
export async function runCli(args: readonly string[]): Promise<number> {
  let code = 0
  const done = (exit: number) => {
    code = exit
  }
  const program = new Command('chainscreen')
    .description(
      "Screens an exchange's deposits and withdrawals against published lists of sanctioned addresses, beside its own nodes.",
    )
    .version(version)
  const named = args[0] !== undefined && Object.hasOwn(commands, args[0]) ? commands[args[0]] : undefined
  for (const load of named ? [named] : Object.values(commands)) program.addCommand((await load())(done))
  const hideGiven = hiderOf(args)
  const hide = (text: string) => withoutPrivateKeys(hideGiven(text))
  prepare(program, hide)
  program.hook('preAction', (_, action) => inheritOptions(action))
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return explain(error, hide)
  }
}

/**
 * Commander gives an option that a command shares with its subcommands to the outer one, wherever it stands:
 * `lists import ID FILE --config C` would set it on `lists`, and the subcommand would read its default.
 */
function inheritOptions(action: Command): void {
  for (let outer = action.parent; outer !== null; outer = outer.parent) {
    for (const option of outer.options) {
      const name = option.attributeName()
      const source = outer.getOptionValueSource(name)
      if (source === undefined || source === 'default') continue
      if (!action.options.some((own) => own.attributeName() === name)) {
        throw new ChainscreenError(
          'usage',
          `\`${outer.name()} ${action.name()}\` has no option ${option.long}.`,
        )
      }
      action.setOptionValueWithSource(name, outer.getOptionValue(name), source)
    }
  }
}

/** Errors are thrown and not the end of the process, and each points to the help. */
function prepare(command: Command, hide: (text: string) => string): void {
  command.exitOverride().showHelpAfterError('(--help shows what is expected)')
  command.configureOutput({ writeErr: (text) => process.stderr.write(hide(text)) })
  for (const sub of command.commands) prepare(sub, hide)
}

function explain(error: unknown, hide: (text: string) => string): number {
  // Commander has said its own errors already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ChainscreenError) {
    // A single detail that the sentence has said already is no news.
    const { message, details } = error
    const more = details.length === 1 && message.includes(details[0] ?? '') ? [] : details
    // A line may quote what a list publishes.
    const lines = [message, ...more.map((line) => `  ${line}`)].flatMap((text) => text.split('\n'))
    process.stderr.write(`${hide(lines.map(printable).join('\n'))}\n`)
  } else {
    const where = process.env.CHAINSCREEN_DEBUG && error instanceof Error ? `\n${error.stack}` : ''
    process.stderr.write(`${hide(`Unexpected failure: ${messageOf(error)}${where}`)}\n`)
  }
  return exitCodeOf(error)
}

/** Options whose values are hashes or names of files, which may have as many hex digits as a private key. */
const neverKeys = new Set(['--tx', '--config', '--db'])
/** Commands that take ids in hex. */
const takeIds = new Set(['alerts', 'lists'])

/**
 * Takes what may be a private key or a seed phrase on a command line out of every message about it: whichever command it was
 * pasted behind, it must not stand in a log that keeps stderr.
 *
 * @returns the message as it may be shown.
 */
export function hiderOf(args: readonly string[]): (message: string) => string {
  const whole = args.filter((arg, index) => {
    const secret = secretIn(arg)
    if (secret === 'private key or hash') return !mayBeHash(args, index)
    // Names of files and folders are words too.
    if (secret === 'seed phrase') return !/[/\\]/.test(arg) && !isFileOption(args, index)
    return secret !== null
  })
  const words = new Set([...wordsOfPhrase(args)].flatMap((word) => word.match(/[\p{L}\p{M}]+/gu) ?? []))
  // As it was given, and as JSON writes it between quotes.
  // Of `--name=value` the value, too.
  const texts = whole
    .flatMap((text) => [text, ...(/^--[a-z-]+=([\s\S]+)$/.exec(text)?.slice(1) ?? [])])
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
  return (message) => {
    const without = texts.reduce((said, text) => said.replaceAll(text, '(not shown)'), message)
    return words.size === 0
      ? without
      : without.replace(/[\p{L}\p{M}]+/gu, (word) => (words.has(word) ? '(not shown)' : word))
  }
}

function isFileOption(args: readonly string[], index: number): boolean {
  return neverKeys.has(args[index - 1] ?? '') || /^--(?:tx|config|db)=/.test(args[index] ?? '')
}

function mayBeHash(args: readonly string[], index: number): boolean {
  const before = args[index - 1] ?? ''
  if (isFileOption(args, index)) return true
  return takeIds.has(args[0] ?? '') && !before.startsWith('--')
}
