import { messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import type { Db } from '../../ledger/database.ts'
import { startLoop } from '../../lifecycle/loop.ts'
import { type RescreenOutcome, rescreen } from './rescreen.ts'

/** Jobs come from this process and from others; one look at an index finds them all. */
const lookEveryMs = 1_000

/**
 * Works off, in the background, what lists and own addresses that change make necessary, until it is stopped.
 *
 * @returns stops after the chunk under way, or, to `finish`, when nothing is left to do, or at the signal.
 */
export function startRescreening(
  db: Db,
  log: Log,
  now: () => string,
): (options: { finish: boolean; signal?: AbortSignal }) => Promise<void> {
  const loop = startLoop(async (signal) => {
    try {
      report(log, await rescreen(db, { now, signal }))
    } catch (error) {
      log.error(`stored history was not re-screened, and this will be retried: ${messageOf(error)}`)
    }
    return lookEveryMs
  })
  return async ({ finish, signal }) => {
    await loop.stop()
    if (finish) report(log, await rescreen(db, { now, ...(signal && { signal }) }))
  }
}

function report(log: Log, { alerts, ...counts }: RescreenOutcome): void {
  if (counts.gradedAnew > 0) log.warn({ ...counts }, gradedText(counts))
  if (counts.entries === 0 && alerts.length === 0) return
  const about = { ...counts }
  if (alerts.length > 0) log.warn(about, `${alerts.length} alerts from stored history`)
  else log.info(about, 'stored history was matched with what changed')
}

/** Alerts that are graded anew, since the config says other things of their assets than it did. */
export function gradedText({
  gradedAnew,
  gradedDecided,
}: Pick<RescreenOutcome, 'gradedAnew' | 'gradedDecided'>): string {
  const decided =
    gradedDecided === 0 ? '' : `; ${gradedDecided} of them have a decision, which is kept: review them`
  return `${gradedAnew} alerts got the event regraded, because the config describes their assets differently now${decided}`
}
