import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { readPasted } from '../address/read-pasted.ts'
import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, whyUnreadable } from '../diagnostics/errors.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { type Screened, type ScreeningSubject, screen } from '../operations/screen.ts'
import type { PreCheck } from '../pipeline/pre-check.ts'
import { refuseForbiddenColumns } from '../privacy/forbidden-columns.ts'
import { networksOf, symbolsOf } from '../server/context.ts'
import { coloured, type Style } from './columns.ts'
import {
  type ActOptions,
  actOf,
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configIfAny,
  databaseOf,
  now,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { partyText, printable, printJson, printLine } from './output.ts'

const exitCode = { clear: 0, listed: 3, unknown: 4 } as const

/** How many addresses are asked about, and recorded, in one transaction. */
const atOnce = 1_000

interface ScreenOptions extends CommonOptions, ActOptions {
  file?: string
  asset?: string
  chain?: string
  reference?: string
}

/** `screen ADDRESS…`: a pre-check before a withdrawal. Each answer is recorded before it is given. */
export const screenCommand: CommandFactory = (done) =>
  withAct(command('screen', 'is an address listed? exit 0 clear, 3 listed, 4 unknown'))
    .argument(
      '[address...]',
      'in any published form, of any family; a payment link, account id or explorer link too; - reads lines from stdin',
    )
    .option('--file <file>', 'one address a line, or CSV with the header address,reference; - reads stdin')
    .option('--asset <ticker>', 'decides between families that share an encoding; an unknown one is reported')
    .option('--chain <name>', `the chain it would be used on: ${chainHelp}`)
    .option(
      '--reference <id>',
      'your own id of the withdrawal: a listed answer then opens an alert (status attempted)',
    )
    .action(async (addresses: string[], options: ScreenOptions) => {
      const config = configIfAny(options)
      const subjects = subjectsOf(addresses, options)
      const terms = {
        asset: options.asset ?? null,
        symbols: symbolsOf(config?.chains ?? []),
        chain: options.chain === undefined ? null : chainOf(options.chain, config),
        networks: networksOf(config?.chains ?? []),
        lists: config === null ? null : config.lists,
      }
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const act = { ...actOf(options, config, db), via: 'cli' as const }
        const results: Screened[] = []
        for (let next = 0; next < subjects.length; next += atOnce) {
          const some = subjects.slice(next, next + atOnce)
          const answer = await inTurn(db, () => screen(db, some, terms, { ...act, at: now() }))
          results.push(...answer.results)
          if (!options.json) answer.results.forEach(printCheck)
        }
        if (options.json) printJson(results)
        else printAnswering(results.at(-1))
        const verdicts = new Set(results.map(({ verdict }) => verdict))
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

/** @throws `usage` where none is given, `bad-file` where the file can't be read. */
function subjectsOf(addresses: readonly string[], { file, reference }: ScreenOptions): ScreeningSubject[] {
  const subjects = addresses.flatMap((address): ScreeningSubject[] =>
    address === '-' ? readSubjects('-') : [{ address }],
  )
  if (file !== undefined) subjects.push(...readSubjects(file))
  if (subjects.length === 0)
    throw new ChainscreenError('usage', 'Nothing was screened: expected addresses, - or --file.')
  return subjects.map((subject) => ({ ...subject, reference: subject.reference ?? reference }))
}

/** One address a line, or CSV with the header `address,reference`. @param file `-`: stdin. */
function readSubjects(file: string): ScreeningSubject[] {
  const name = file === '-' ? 'stdin' : file
  const text = readText(file === '-' ? 0 : file, name)
  const lines = text.split(/\r?\n/)
  const columns = cellsOf(lines[0] ?? '')
  if (!columns.includes('address')) return readLines(lines, name)
  refuseForbiddenColumns(columns, name, 1)
  const strange = columns.findIndex((column) => column !== 'address' && column !== 'reference')
  if (strange >= 0)
    throw new ChainscreenError(
      'bad-file',
      `${name}:1: column ${strange + 1} is unknown; expected address,reference.`,
    )
  return readRows(text, name).map(({ address, reference }) => ({ address, ...(reference && { reference }) }))
}

const cellsOf = (line: string) =>
  line.split(/[,;\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  )

/** A row of a table that is no link may hold anything, and what is screened is stored: the file is refused as a whole. */
function readLines(lines: readonly string[], name: string): ScreeningSubject[] {
  return lines.flatMap((line, index) => {
    const address = line.trim()
    const cells = cellsOf(address)
    if (cells.length > 1 && !readPasted(address).ok) {
      if (index === 0) refuseForbiddenColumns(cells, name, 1)
      throw new ChainscreenError(
        'bad-file',
        `${name}:${index + 1}: has several cells; expected one address a line, or CSV with the header address,reference. Nothing was screened.`,
      )
    }
    return address === '' ? [] : [{ address }]
  })
}

function readRows(text: string, name: string): { address: string; reference?: string }[] {
  try {
    return parse(text, {
      columns: (header: string[]) => header.map((cell) => cell.trim().toLowerCase()),
      delimiter: [',', ';', '\t'],
      ...{ trim: true, skip_empty_lines: true },
    }) as { address: string; reference?: string }[]
  } catch (error) {
    const line = error instanceof CsvError ? `:${error.lines}` : ''
    throw new ChainscreenError('bad-file', `${name}${line}: not readable as CSV; nothing was screened.`, {
      cause: error,
    })
  }
}

function readText(source: string | 0, name: string): string {
  try {
    return readFileSync(source, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw new ChainscreenError('bad-file', `${name} can't be read: ${whyUnreadable(error)}.`, {
      cause: error,
    })
  }
}

/** An option that nobody heeds would make an address of another chain look clear. */
function chainOf(id: string, config: Config | null): ChainConfig {
  if (config !== null) return chainConfigOf(config, id)
  throw new ChainscreenError(
    'usage',
    `--chain ${id} needs a config, which says what that chain is: add --config FILE.`,
  )
}

const verdictStyles: Readonly<Record<PreCheck['verdict'], Style>> = {
  clear: 'green',
  listed: ['red', 'bold'],
  unknown: 'yellow',
}

function printCheck(check: Screened): void {
  const verdict = coloured(verdictStyles[check.verdict], check.verdict.toUpperCase())
  printLine(`${printable(check.address)}: ${verdict}${check.family === null ? '' : ` (${check.family})`}`)
  for (const match of check.matches) {
    const since = match.listedOn === null ? '' : `, party listed on ${match.listedOn}`
    printLine(
      `  ${match.listId}: ${match.basis} match with ${printable(match.address)}, ${printable(partyText(match.subject, match.subjectIds) || 'no name')} [${match.programs.join(', ')}]${since}`,
    )
  }
  for (const note of check.notes) printLine(`  ${printable(note)}`)
  for (const alert of check.alerts)
    printLine(`  case: alert ${alert.slice(0, 12)}, of ${printable(check.reference ?? '')}`)
}

/** `Answered from list revision 7: ofac-sdn (issued on 2026-11-28), house (no date of issue).` */
function printAnswering(last: PreCheck | undefined): void {
  if (last === undefined) return
  const lists = last.lists.map(({ id, issuedOn, state }) => {
    if (state === 'missing') return `${id} (not loaded)`
    return `${id} (${issuedOn === null ? 'no date of issue' : `issued on ${issuedOn}`})`
  })
  printLine(`Answered from list revision ${last.revision}: ${lists.join(', ') || 'no list'}.`)
}
