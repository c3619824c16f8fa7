import type { BitcoinNetwork } from '../address/network.ts'
import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { type PreCheck, preCheck } from '../pipeline/pre-check.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configIfAny,
  databaseOf,
  now,
} from './common.ts'
import { printable, printJson, printLine } from './output.ts'

const exitCode = { clear: 0, listed: 3, unknown: 4 } as const

/** `screen ADDRESS…`: a pre-check before a withdrawal. */
export const screenCommand: CommandFactory = (done) =>
  command('screen', 'is an address listed? exit 0 clear, 3 listed, 4 unknown')
    .argument(
      '<address...>',
      'in any published form, of any family; a payment link, account id or explorer link too',
    )
    .option('--asset <ticker>', 'decides between families that share an encoding; an unknown one is reported')
    .option('--chain <name>', `the chain it would be used on: ${chainHelp}`)
    .action((addresses: string[], options: CommonOptions & { asset?: string; chain?: string }) => {
      const config = configIfAny(options)
      const chain = options.chain === undefined ? null : chainOf(options.chain, config)
      const db = openLedgerForReading(databaseOf(options, config))
      try {
        const checks = preCheck(db, addresses, {
          asset: options.asset ?? null,
          symbols: symbolsOf(config),
          chain,
          networks: bitcoinNetworksOf(config),
          lists: config === null ? null : config.lists,
          at: now(),
        })
        if (options.json) printJson(checks)
        else {
          for (const check of checks) say(check)
          printLists(checks)
        }
        const verdicts = new Set(checks.map(({ verdict }) => verdict))
        done(
          verdicts.has('listed')
            ? exitCode.listed
            : verdicts.has('unknown')
              ? exitCode.unknown
              : exitCode.clear,
        )
      } finally {
        db.close()
      }
    })

function bitcoinNetworksOf(config: Config | null): BitcoinNetwork[] {
  const networks = (config?.chains ?? []).flatMap((chain) =>
    chain.type === 'bitcoin' ? [chain.network] : [],
  )
  return [...new Set(networks)]
}

/** An option that nobody heeds would make an address of another chain look clear. */
function chainOf(id: string, config: Config | null): ChainConfig {
  if (config !== null) return chainConfigOf(config, id)
  throw new ChainscreenError(
    'usage',
    `--chain ${id} needs a config, which says what that chain is: add --config FILE.`,
  )
}

function symbolsOf(config: Config | null): string[] {
  return (config?.chains ?? []).flatMap((chain) =>
    chain.type === 'evm' ? [chain.symbol, ...chain.tokens.map(({ symbol }) => symbol)] : [],
  )
}

function say(check: PreCheck): void {
  printLine(
    `${printable(check.address)}: ${check.verdict.toUpperCase()}${check.family === null ? '' : ` (${check.family})`}`,
  )
  for (const match of check.matches) {
    const since = match.listedOn === null ? '' : `, party listed on ${match.listedOn}`
    printLine(
      `  ${match.listId}: ${match.basis} match with ${printable(match.address)}, ${printable(match.subject ?? 'no name')} [${match.programs.join(', ')}]${since}`,
    )
  }
  for (const note of check.notes) printLine(`  ${printable(note)}`)
}

/** `Answered from list revision 7: ofac-sdn (issued on 2026-11-28), house (no date of issue).` */
function printLists([first]: readonly PreCheck[]): void {
  if (first === undefined) return
  const lists = first.lists.map(({ id, issuedOn, state }) => {
    if (state === 'missing') return `${id} (not loaded)`
    return `${id} (${issuedOn === null ? 'no date of issue' : `issued on ${issuedOn}`})`
  })
  printLine(`Answered from list revision ${first.revision}: ${lists.join(', ') || 'no list'}.`)
}
