import type { Config } from '../config/schema.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { askReplay, beginReplayAt } from '../ledger/blocks/replays.ts'
import { isAnyScreened } from '../ledger/coverage/coverage.ts'
import type { Db } from '../ledger/database.ts'
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
  if (since !== null && !since.isMissing) letGoOfStuck(db, config, since)
  const asked = since && askReplay(db, jobOf(since, revision), now())
  if (!options.json) say()
  await rescreenAfter(db, options)
  const backwards = since && asked && (await screenSince(db, config, since, asked))
  const isRefused = since !== null && asked === null && since.isMissing
  if (options.json) printJson({ ...report, ...(since && { backwards }) })
  else if (since && !isRefused) saySince(backwards)
  if (isRefused) {
    throw new ChainscreenError(
      'failure',
      `The node of ${since.chain.id} has no block ${since.height} (it may be pruned): the addresses were added, and no rescan was queued; repeat the command with a later --since.`,
    )
  }
}

function jobOf({ chain, height, isMissing }: Since, ownRevision: number) {
  return { chain: chain.id, from: height, ownRevision, isMissing }
}

/** What was asked for earlier, and the node can't serve, begins where this does. */
function letGoOfStuck(db: Db, config: Config, { chain, height, stuck }: Since): void {
  const log = createLog(config.log.level)
  for (const { id, next, to } of stuck) {
    if (to < height) continue
    beginReplayAt(db, id, height)
    log.warn(
      { chain: chain.id, next },
      `${chain.id}: blocks ${next} to ${height - 1}, queued earlier, are no longer queued: the node has no block ${next}`,
    )
  }
}

export function sayCounts(db: Db, counts: OwnCounts, since: Since | null): void {
  printLine(`${counts.added} added, ${counts.changed} changed, ${counts.known} known already.`)
  if (counts.taken !== undefined)
    printLine(
      `${counts.taken.count} taken from something else than an address alone, first ${counts.taken.first}.`,
    )
  if (counts.added === 0 || since !== null || !isAnyScreened(db)) return
  printLine(
    'Blocks screened before now were not searched for the added addresses: `chainscreen coverage` shows the gap; the same command with `--since HEIGHT` rescans them.',
  )
}
