import type { CoverageAt, ListAt, ReadingAt } from '../ledger/coverage/coverage-at.ts'
import { printable, printLine, printWrapped } from './output.ts'

/** `coverage --at HEIGHT` for a person. */
export function printCoverageAt({ chain, height, hash, readings, gaps, historyRevision }: CoverageAt): void {
  printLine(`${chain} block ${height}${hash === null ? '' : ` ${hash}`}`)
  if (readings.length === 0) {
    printWrapped(
      '  ',
      `This block was not screened: \`chainscreen coverage ${chain}\` shows what was, and every gap.`,
    )
    gaps.forEach(printGap)
    return
  }
  readings.forEach(printReading)
  const highest = Math.max(...readings.map(({ listRevision }) => listRevision))
  if (historyRevision > highest)
    printWrapped(
      '  ',
      `Its stored transfers were matched since with the lists up to revision ${historyRevision}.`,
    )
  gaps.forEach(printGap)
  if (gaps.length === 0) printLine('  not screened: nothing on record')
}

function printGap({ what, reason, txHash, closedAt }: CoverageAt['gaps'][number]): void {
  const only = txHash === null ? '' : ` of transaction ${txHash}`
  const closed = closedAt === null ? '' : `; screened by a later reading at ${closedAt}`
  const of = what === null ? 'gap' : `not screened: ${what}${only}`
  printWrapped('  ', `${of}: ${printable(reason)}${closed}`, 4)
}

function printReading(reading: ReadingAt): void {
  const { kind, from, to, level, proved, startedAt, updatedAt, ownRevision, listRevision, lists } = reading
  printLine(`  ${kind === 'follow' ? 'followed' : 'rescanned'}, with blocks ${from} to ${to}:`)
  printWrapped(
    '    when           ',
    startedAt === null ? `by ${updatedAt}` : `between ${startedAt} and ${updatedAt}`,
  )
  printLine(`    level          ${level}`)
  printWrapped('    proved         ', provedText(proved))
  printLine(`    own addresses  revision ${ownRevision}`)
  printLine(`    lists          revision ${listRevision}${lists.length === 0 ? ': none was in force' : ''}`)
  lists.forEach(printList)
}

function provedText(proved: boolean | null): string {
  if (proved === null) return 'not recorded: an earlier version of chainscreen read it'
  return proved ? 'yes, against the hash of the block' : 'no: it was read with `verify: off`'
}

function printList(list: ListAt): void {
  const { id, category, format, snapshot, issuedOn, fileSha256, sha256, parser, revision, activatedAt } = list
  printLine(`    ${id} (${category}, ${format})`)
  if (snapshot === null) {
    printWrapped('      read from a chain; ', `last changed at list revision ${revision}, ${activatedAt}`, 6)
    return
  }
  printLine(`      snapshot     ${snapshot}, parser version ${parser}`)
  printLine(`      issued on    ${issuedOn ?? 'no date of issue'}`)
  printLine(
    `      in force     from list revision ${revision}, ${activatedAt}${list.recorded ? '' : ' or before'}`,
  )
  printLine(`      file         ${fileSha256 ?? 'SHA-256 not recorded'}`)
  printLine(`      content      ${sha256}`)
}
