import type { Config } from '../config/schema.ts'
import { chainIds } from '../ledger/blocks/chain.ts'
import { coverageAt } from '../ledger/coverage/coverage-at.ts'
import { type ChainCoverage, readCoverage } from '../ledger/coverage/coverage-queries.ts'
import type { CoveredRange } from '../ledger/coverage/ranges.ts'
import type { UndecodedKind } from '../ledger/coverage/unscreened.ts'
import type { Db } from '../ledger/database.ts'
import { leftBehind } from '../ledger/left-behind.ts'
import type { MempoolState } from '../ledger/mempool/pending-transactions.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainHelp,
  command,
  configIfAny,
  databaseOf,
  parseHeight,
  refuseUnknownChain,
} from './common.ts'
import { printCoverageAt } from './coverage-at.ts'
import { printJson, printLine, printTable } from './output.ts'

/** `coverage [CHAIN]`: what was screened, and every gap with its reason. */
export const coverageCommand: CommandFactory = () =>
  command('coverage', 'what was screened, with which revision and level, and every gap with its reason')
    .argument('[chain]', `one chain only: ${chainHelp}`)
    .option(
      '--at <height>',
      'of this block: which lists and own addresses it was screened with, what was proved, and when',
    )
    .action((chain: string | undefined, options: CommonOptions & { at?: string }) => {
      const config = configIfAny(options)
      const db = openLedgerForReading(databaseOf(options, config))
      try {
        if (chain !== undefined) refuseUnknownChain(db, config, chain)
        if (options.at !== undefined)
          return printAt(db, { chain, height: parseHeight(options.at), config }, options)
        const report = readCoverage(db, chain, config?.chains ?? [])
        if (options.json) return printJson(report)
        const left = config === null ? [] : leftBehind(db, config)
        if (report.length === 0) printLine('No chain was followed yet, and the config names none.')
        report.forEach(printCoverage)
        for (const text of left) printLine(`note: ${text}`)
      } finally {
        db.close()
      }
    })

function printAt(
  db: Db,
  { chain, height, config }: { chain: string | undefined; height: number; config: Config | null },
  { json }: CommonOptions,
): void {
  const starts = new Map(config?.chains.map(({ id, start }) => [id, start]))
  const ids = chain === undefined ? [...new Set([...chainIds(db), ...starts.keys()])].sort() : [chain]
  const reports = ids.map((id) => coverageAt(db, id, height, starts.get(id)))
  if (json) printJson(reports)
  else if (reports.length === 0) printLine('No chain was followed yet, and the config names none.')
  else reports.forEach(printCoverageAt)
}

/**
 * Adjacent ranges that differ in the list revision only, as one line: where issuers' freezes are read
 * there may be thousands. `--json` has each.
 */
function joined(ranges: readonly CoveredRange[]): (CoveredRange & { revisions: string })[] {
  const lines: (CoveredRange & { lowest: number })[] = []
  for (const range of ranges) {
    const last = lines.at(-1)
    const goesOn =
      last?.to === range.from - 1 &&
      last.level === range.level &&
      last.unproved === range.unproved &&
      last.ownRevision === range.ownRevision
    if (!goesOn) lines.push({ ...range, lowest: range.listRevision })
    else {
      last.to = range.to
      last.lowest = Math.min(last.lowest, range.listRevision)
      last.listRevision = Math.max(last.listRevision, range.listRevision)
    }
  }
  return lines.map(({ lowest, ...line }) => {
    const { listRevision } = line
    return { ...line, revisions: lowest === listRevision ? String(lowest) : `${lowest}–${listRevision}` }
  })
}

export function printCoverage(coverage: ChainCoverage): void {
  const { chain, caip2, cursorHeight, headHeight, finalHeight } = coverage
  printLine(
    caip2 === null
      ? `${chain}: in the config, and never followed yet`
      : `${chain} (${caip2}): ${cursorHeight === null ? 'nothing was screened yet' : `screened up to ${cursorHeight}`}; ${headHeight === null ? "the node's head is not known yet" : `the node's head was ${headHeight}`}, ${finalHeight === null ? 'nothing is final yet' : `final is ${finalHeight}`}`,
  )
  if (coverage.ranges.length > 0) {
    printTable(
      ['  blocks', 'level', 'list revision', 'own revision'],
      joined(coverage.ranges).map((row) => [
        `  ${row.from}–${row.to}`,
        row.level,
        row.revisions,
        row.ownRevision,
      ]),
    )
  }
  const { historyRevision } = coverage
  if (coverage.ranges.some(({ listRevision }) => listRevision < historyRevision)) {
    printLine(`  re-screened from stored history to list revision ${historyRevision}`)
  }
  if (coverage.mempool !== null) printLine(`  mempool: ${mempoolText(coverage.mempool)}`)
  if (coverage.gaps.length === 0) printLine('  no gaps')
  for (const { from, to, reason, transactions } of coverage.gaps) {
    const only =
      transactions === undefined ? '' : `, of ${transactions} transaction${transactions === 1 ? '' : 's'}`
    printLine(from === null ? `  gap: ${reason}` : `  gap ${from}–${to}${only}: ${reason}`)
  }
  for (const note of coverage.notes) printLine(`  note ${note.from}–${note.to}: ${note.reason}`)
  printUndecoded(coverage.undecoded)
}

/** Kinds of undecoded logs that are printed; `--json` has each. */
const printedKinds = 20

function printUndecoded(kinds: readonly UndecodedKind[]): void {
  for (const { contract, topic, logs, from, to } of kinds.slice(0, printedKinds)) {
    const event = topic === '' ? 'without topics' : `with topic ${topic}`
    const kind = contract === '' ? 'of many kinds' : `of ${contract} ${event}`
    printLine(
      `  note ${from}–${to}: ${plural(logs, 'log')} ${kind}: no decoder knows it; every address it names was screened`,
    )
  }
  const more = kinds.length - printedKinds
  if (more > 0) printLine(`  note: undecoded logs of ${plural(more, 'more kind')}: \`--json\` has each`)
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function mempoolText({ polledAt, transactions, unread, failure }: MempoolState): string {
  if (failure !== null) return `could not be read at ${polledAt}: ${failure}`
  const left = unread === null || unread === 0 ? '' : `, ${unread} of them not screened yet`
  return `${transactions} unconfirmed transactions at ${polledAt}${left}`
}
