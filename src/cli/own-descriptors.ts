import { readFileSync } from 'node:fs'
import type { ChainConfig } from '../config/chains.ts'
import type { BranchUse } from '../descriptor/parse-descriptor.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { type DescriptorSummary, listDescriptors } from '../ledger/own/own-descriptors.ts'
import { addOwnDescriptor, type DescriptorWords, missingBranch } from '../own/add-descriptor.ts'
import { now } from './common.ts'
import { printLine, printTable } from './output.ts'
import { createProgress } from './progress.ts'

/** Adds a descriptor with a progress bar. @param written `-`: it stands on stdin, where nobody sees it who lists processes. @returns its branches, and the one that is missing. */
export async function addDescriptorOf(
  db: Db,
  written: string,
  words: DescriptorWords,
  chains: readonly ChainConfig[],
  log: Log,
): Promise<{ branches: DescriptorSummary[]; missing: BranchUse | null }> {
  const progress = createProgress(log)
  try {
    const text = written === '-' ? readFileSync(0, 'utf8') : written
    const checksum = await addOwnDescriptor(db, text, words, chains, {
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

export function sayDescriptor(branches: readonly DescriptorSummary[], missing: BranchUse | null): void {
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

export function printDescriptors(branches: readonly DescriptorSummary[]): void {
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
