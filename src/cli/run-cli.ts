import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { ChainscreenError, exitCodeOf, messageOf } from '../errors.ts'
import { alertsCommand } from './alerts.ts'
import { coverageCommand } from './coverage.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { initCommand } from './init.ts'
import { listsCommand } from './lists.ts'
import { ownCommand } from './own.ts'
import { recordCommand } from './record.ts'
import { replayCommand } from './replay.ts'
import { runCommand } from './run.ts'
import { screenCommand } from './screen.ts'
import { serveCommand } from './serve.ts'

const version = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

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
    .showHelpAfterError('(--help shows what is expected)')
  const commands = [
    runCommand,
    demoCommand,
    initCommand,
    listsCommand,
    ownCommand,
    screenCommand,
    replayCommand,
  ]
  const more = [alertsCommand, coverageCommand, recordCommand, serveCommand, doctorCommand]
  for (const command of [...commands, ...more]) program.addCommand(command(done))
  throwInsteadOfExit(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return explain(error)
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const sub of command.commands) throwInsteadOfExit(sub)
}

function explain(error: unknown): number {
  // Commander has said its own errors already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ChainscreenError) {
    process.stderr.write(`${[error.message, ...error.details.map((line) => `  ${line}`)].join('\n')}\n`)
  } else {
    const where = process.env.CHAINSCREEN_DEBUG && error instanceof Error ? `\n${error.stack}` : ''
    process.stderr.write(`Unexpected failure: ${messageOf(error)}${where}\n`)
  }
  return exitCodeOf(error)
}
