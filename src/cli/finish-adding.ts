import type { Config } from '../config/schema.ts'
import { isAnyScreened } from '../ledger/coverage.ts'
import type { Db } from '../ledger/database.ts'
import { askReplay } from '../ledger/replays.ts'
import type { OwnCounts } from '../own/import-own.ts'
import { type CommonOptions, now } from './common.ts'
import { printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'
import { type Since, saySince, screenSince } from './since.ts'

/** What was added. */
export interface Added {
  /** For `--json`. */
  report: object
  /** For people. */
  say: () => void
  /** The own revision of the addresses. */
  revision: number
}

/** Ends a command that added own addresses: what has to be done because of them is written down first, then said, then done. */
export async function finishAdding(
  db: Db,
  config: Config,
  options: CommonOptions,
  { report, say, revision }: Added,
  since: Since | null,
): Promise<void> {
  const job = since && { chain: since.chain.id, from: since.height, ownRevision: revision }
  const asked = job && askReplay(db, job, now())
  if (!options.json) say()
  await rescreenAfter(db, options)
  const backwards = since && asked && (await screenSince(db, config, since, asked))
  if (options.json) printJson({ ...report, ...(since && { backwards }) })
  else if (since) saySince(backwards)
}

export function sayCounts(db: Db, counts: OwnCounts, since: Since | null): void {
  printLine(`${counts.added} added, ${counts.changed} changed, ${counts.known} known already.`)
  if (counts.added === 0 || since !== null || !isAnyScreened(db)) return
  printLine(
    'Blocks screened before now did not look for the added ones: `chainscreen coverage` shows it; the same command with `--since HEIGHT` screens them.',
  )
}
