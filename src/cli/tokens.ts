import type { Command } from 'commander'
import { type Scope, scopes } from '../config/server.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { isValid, readTokens } from '../ledger/tokens.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { addToken, revoke } from '../operations/tokens.ts'
import {
  type ActOptions,
  actOf,
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  databaseOf,
  now,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { printJson, printLine, printTable } from './output.ts'

/** `tokens add|list|revoke`: who may ask the API. */
export const tokensCommand: CommandFactory = () =>
  command('tokens', 'tokens of the HTTP API')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())

type AddOptions = CommonOptions & ActOptions & { scopes: string; person?: string; expires?: string }

function addCommand(): Command {
  return withAct(command('add', 'make a token, and print it: the only time that it is shown'))
    .argument('<name>', 'a name for it; of a service, what the record calls the service')
    .requiredOption('--scopes <list>', `what it may do, with commas between: ${scopes.join(', ')}`)
    .option(
      '--person <name>',
      'whose token it is: what the record calls this person. Without it, it is a service',
    )
    .option('--expires <date>', 'from then on it is refused: a date, or a date and a time with its zone')
    .action(async (name: string, options: AddOptions) => {
      const config = configIfAny(options)
      const { person = null, expires = null } = options
      const wanted = { name, scopes: scopesOf(options.scopes), person, expires }
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const act = actOf(options, config, db)
        const made = await inTurn(db, () => addToken(db, wanted, act))
        // Not by `printLine`, which takes tokens for secrets.
        process.stdout.write(options.json ? `${JSON.stringify(made, null, 2)}\n` : `${made.token}\n`)
      } finally {
        db.close()
      }
    })
}

function scopesOf(list: string): Scope[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      const scope = scopes.find((known) => known === word)
      if (scope !== undefined) return scope
      throw new ChainscreenError('usage', `--scopes ${word} is unknown; expected ${scopes.join(', ')}.`)
    })
}

function listCommand(): Command {
  return command('list', 'all tokens, without the tokens themselves').action((options: CommonOptions) => {
    const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
    try {
      const tokens = readTokens(db).map(({ id: _, ...token }) => ({
        ...token,
        valid: isValid({ id: _, ...token }, now()),
      }))
      if (options.json) return printJson(tokens)
      if (tokens.length === 0) return printLine('There is no token: `chainscreen tokens add` makes one.')
      printTable(
        ['name', 'person', 'scopes', 'added', 'expires', 'state'],
        tokens.map((token) => [
          ...[token.name, token.person ?? '(service)', token.scopes.join(',')],
          ...[token.createdAt.slice(0, 10), token.expiresAt?.slice(0, 10) ?? 'never'],
          token.revokedAt !== null ? 'revoked' : token.valid ? 'valid' : 'expired',
        ]),
      )
    } finally {
      db.close()
    }
  })
}

function revokeCommand(): Command {
  return withAct(command('revoke', 'refuse a token from now on'))
    .argument('<name>', 'of the token')
    .action(async (name: string, options: CommonOptions & ActOptions) => {
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const act = actOf(options, config, db)
        await inTurn(db, () => revoke(db, name, act))
        if (options.json) printJson({ name, revoked: true })
        else printLine(`Token ${name} is revoked.`)
      } finally {
        db.close()
      }
    })
}
