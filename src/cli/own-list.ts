import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ChainConfig } from '../config/chains.ts'
import type { BranchUse } from '../descriptor/parse-descriptor.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Act } from '../ledger/audit.ts'
import type { Db } from '../ledger/database.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { listOwnAddresses, type OwnAddressRow } from '../ledger/own/own-addresses.ts'
import { type DescriptorSummary, listDescriptors } from '../ledger/own/own-descriptors.ts'
import { registerDescriptor } from '../operations/own-addresses.ts'
import { type DescriptorWords, missingBranch } from '../own/add-descriptor.ts'
import { type CommonOptions, command, configIfAny, databaseOf, now } from './common.ts'
import { createProgress, isOutputLost, printLine, printTable } from './output.ts'

/** `own list [--derived]` */
export function listCommand(): Command {
  return command('list', 'list descriptors, with how far they are derived and used, and own addresses')
    .option('--derived', 'the addresses of descriptors too')
    .action((options: CommonOptions & { derived?: boolean }) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      const derived = options.derived === true
      try {
        if (options.json) printEachAsJson(db, derived)
        else print(db, derived)
      } finally {
        db.close()
      }
    })
}

function print(db: Db, derived: boolean): void {
  const descriptors = listDescriptors(db)
  if (descriptors.length > 0) {
    printDescriptors(descriptors)
    printLine()
  }
  const rows = [...listOwnAddresses(db, { derived })].map((row) => [
    ...[row.address, row.kind, row.reference, row.chain, row.retired_at],
  ])
  if (rows.length > 0 || descriptors.length === 0) {
    printTable(['address', 'kind', 'reference', 'chain', 'retired at'], rows)
  }
}

/** One object a line: there may be millions. */
function printEachAsJson(db: Db, derived: boolean): void {
  for (const branch of listDescriptors(db)) printLine(JSON.stringify(descriptorJson(branch)))
  for (const row of listOwnAddresses(db, { derived })) {
    if (isOutputLost()) return
    printLine(JSON.stringify(jsonOf(row)))
  }
}

function jsonOf({ address, kind, reference, chain, added_at, retired_at }: OwnAddressRow) {
  return { address, kind, reference, chain: chain === '' ? null : chain, added_at, retired_at }
}

/** Adds a descriptor with a progress bar. @param written `-`: it stands on stdin, where nobody sees it who lists processes. @returns its branches, and the one that is missing. */
export async function addDescriptorOf(
  db: Db,
  written: string,
  words: DescriptorWords,
  chains: readonly ChainConfig[],
  { act, log }: { act: Act; log: Log },
): Promise<{ branches: DescriptorSummary[]; missing: BranchUse | null }> {
  const progress = createProgress(log)
  try {
    const text = written === '-' ? readFileSync(0, 'utf8') : written
    const checksum = await registerDescriptor(db, text, words, chains, act, {
      now,
      onProgress: ({ done, total }) => progress.update('addresses derived', done, total),
    })
    const branches = listDescriptors(db).filter(
      (one) => one.checksum === checksum && one.chain === words.chain,
    )
    return { branches, missing: missingBranch(db, text, words.chain) }
  } finally {
    progress.stop()
  }
}

export function printDescriptor(branches: readonly DescriptorSummary[], missing: BranchUse | null): void {
  printDescriptors(branches)
  const gap = branches[0]?.gap ?? 0
  if (gap > 0) {
    printLine(
      `An address more than ${gap} beyond the highest one in use is not found: hand out no more unpaid ones than that, or add the descriptor again with a larger --gap or --issued.`,
    )
  }
  if (missing === 'change') {
    printLine(
      'The change branch (/1/*) is missing: change that comes back to this wallet would count as a withdrawal to a foreign address. Add it too, with /1/* in place of /0/*.',
    )
  } else if (missing === 'receive') {
    printLine(
      'The receive branch (/0/*) is missing: deposits to this wallet would not be found. Add it too, with /0/* in place of /1/*.',
    )
  }
}

function printDescriptors(branches: readonly DescriptorSummary[]): void {
  printTable(
    ['descriptor', 'branch', 'addresses', 'highest used', 'gap', 'kind', 'reference', 'chain', 'retired at'],
    branches.map((row) => [
      ...[`#${row.checksum}`, row.branch, row.derived, row.used, row.gap],
      ...[row.kind, row.reference, row.chain, row.retired_at],
    ]),
  )
}

/** What `--json` tells of a branch. */
export function descriptorJson({ checksum, chain, ...row }: DescriptorSummary) {
  const { branch, derived, used, gap, kind, reference, added_at, retired_at } = row
  return {
    ...{ descriptor: `#${checksum}`, branch, derived, used, gap, kind, reference },
    ...{ chain: chain === '' ? null : chain, added_at, retired_at },
  }
}
