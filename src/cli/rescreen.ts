import { createLog } from '../diagnostics/log.ts'
import { type CurrentAlertRow, readAlert } from '../ledger/alerts/alert-queries.ts'
import type { Db } from '../ledger/database.ts'
import { askRescreen } from '../ledger/lists/ask-rescreen.ts'
import { gradedText } from '../pipeline/rescreening/keep-rescreening.ts'
import { type RescreenOutcome, rescreen } from '../pipeline/rescreening/rescreen.ts'
import { printAlerts } from './alerts.ts'
import {
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  databaseOf,
  now,
  parseHeight,
  stopSignal,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { createProgress, printJson, printLine } from './output.ts'

/** `rescreen [--since REV]`: match stored history against the active lists. */
export const rescreenCommand: CommandFactory = () =>
  command('rescreen', 'match stored history against the active lists; same ids, no duplicates')
    .option('--since <revision>', 'only entries that came with later list revisions')
    .action(async (options: CommonOptions & { since?: string }) => {
      const since = options.since === undefined ? null : parseHeight(options.since, 'list revision')
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        await askRescreen(db, since, now())
        const outcome = await rescreenNow(db, config?.log.level)
        const alerts = alertsOf(db, outcome)
        if (options.json) printJson({ ...outcome, alerts })
        else printRescreen(outcome, alerts)
      } finally {
        db.close()
      }
    })

/** Ends a command that changed lists or own addresses: stored history is matched with what changed, and what that found is said. */
export async function rescreenAfter(db: Db, options: CommonOptions): Promise<void> {
  const outcome = await rescreenNow(db, configIfAny(options)?.log.level)
  const { created, reinstated, removals, listedAgain, regraded, gradedAnew } = outcome
  const news = created + reinstated + removals + listedAgain + regraded + gradedAnew
  if (news > 0 && !options.json) printRescreen(outcome, alertsOf(db, outcome))
}

/** Works off what is to do, to the end, with progress. A running daemon may take a part of it. */
async function rescreenNow(db: Db, logLevel = 'info'): Promise<RescreenOutcome> {
  const progress = createProgress(createLog(logLevel))
  try {
    return await rescreen(db, {
      now,
      signal: stopSignal(),
      onProgress: ({ done, total }) => {
        if (total > 0) progress.update('entries matched with stored history', done, total)
      },
    })
  } finally {
    progress.stop()
  }
}

function alertsOf(db: Db, { alerts }: RescreenOutcome): CurrentAlertRow[] {
  return alerts.map((id) => readAlert(db, id).alert)
}

function printRescreen(outcome: RescreenOutcome, alerts: readonly CurrentAlertRow[]): void {
  const { entries, transactions, created, reinstated, known, removals, listedAgain, regraded } = outcome
  printLine(
    `${entries} entries matched with stored history: ${transactions} transactions screened again, ${created} new alerts, ${reinstated} reinstated, ${known} existed already; ${removals} alerts got the event entry-removed.`,
  )
  if (listedAgain > 0)
    printLine(`${listedAgain} alerts got the event listed-again: those that were released are open again.`)
  if (regraded > 0) printLine(`${regraded} alerts got the event regraded: their entry names another party.`)
  if (outcome.gradedAnew > 0) printLine(`${gradedText(outcome)}.`)
  if (alerts.length > 0) printAlerts(alerts)
}
