import type { ChainConditions } from '../chains/watchdog.ts'
import type { Config } from '../config/schema.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { writeOutbox } from '../ledger/events/outbox.ts'
import { endProblem, noteProblem, type ReportedProblem, readProblems } from '../ledger/events/problems.ts'
import { listHealth } from '../ledger/lists/list-health.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { type Loop, startLoop } from '../lifecycle/loop.ts'

const everyMs = 5_000

/** A chain whose node does not answer once is no news. */
const stalledAfterMs = 60_000
/** A follower counts as following until its node first fails to answer. */
const followingForMs = 30_000

/** What is looked at. */
export interface Watched {
  config: Pick<Config, 'lists'>
  conditions: Pick<ChainConditions, 'all'>
  /** Chains whose head does not move. */
  stale?: ReadonlyMap<string, { since: string; reason: string }>
  /** Now, ISO-8601. */
  now: () => string
}

/** Writes events of what is noticed by the clock alone: lists that get stale, and chains that make no progress. */
export function startReportingProblems(db: Db, watched: Watched & { log: Log }): Loop {
  return startLoop(
    async () => {
      try {
        await reportProblems(db, watched)
      } catch (error) {
        watched.log.warn(`events of what gets stale or stalled are not written for now: ${messageOf(error)}`)
      }
      return everyMs
    },
    { ref: false },
  )
}

/** One look. Each problem is reported once, also over restarts, and again where it comes back. */
export async function reportProblems(db: Db, watched: Watched): Promise<void> {
  const at = watched.now()
  const problems = [...staleLists(db, watched.config, at), ...stalledChains(watched, at)]
  const reported = new Set(readProblems(db).map(({ subject }) => subject))
  const isNews = problems.some(({ subject }) => !reported.has(subject))
  const over = [...reported].filter(
    (subject) => !problems.some((problem) => problem.subject === subject) && isOver(subject, watched, at),
  )
  // Nearly always: nothing waits for the lock.
  if (!isNews && over.length === 0) return
  await inTurn(db, () =>
    inTransaction(db, () => {
      for (const problem of problems) report(db, problem, at)
      for (const subject of over) reportEnd(db, subject, at)
    }),
  )
}

function staleLists(db: Db, { lists }: Pick<Config, 'lists'>, at: string): ReportedProblem[] {
  return listHealth(db, lists, at).flatMap(({ id, state, problem }) =>
    state === 'stale' ? [{ subject: `list:${id}`, since: at, reason: problem ?? 'it is stale' }] : [],
  )
}

function stalledChains({ conditions, stale }: Watched, at: string): ReportedProblem[] {
  return conditions.all().flatMap(({ chain, state, since, reason }) => {
    const subject = `chain:${chain}`
    const isStalled = state === 'waiting' && Date.parse(at) - Date.parse(since) >= stalledAfterMs
    if (isStalled) return [{ subject, since, reason: reason ?? 'no reason known' }]
    const resting = state === 'following' ? stale?.get(chain) : undefined
    return resting === undefined ? [] : [{ subject, ...resting }]
  })
}

/** A chain that waits since the start may wait for what it waited for before. */
function isOver(subject: string, { conditions }: Watched, at: string): boolean {
  const condition = conditions.all().find(({ chain }) => subject === `chain:${chain}`)
  if (condition === undefined) return subject.startsWith('list:')
  return condition.state === 'following' && Date.parse(at) - Date.parse(condition.since) >= followingForMs
}

function report(db: Db, problem: ReportedProblem, at: string): void {
  if (!noteProblem(db, problem)) return
  const [what, name] = split(problem.subject)
  const { since, reason } = problem
  if (what === 'list') writeOutbox(db, { type: 'list.stale', at, data: { list: name, since, reason } })
  else writeOutbox(db, { type: 'chain.stalled', at, chain: name, data: { since, reason } })
}

/** A list that is fresh again tells so by its own events. */
function reportEnd(db: Db, subject: string, at: string): void {
  const ended = endProblem(db, subject)
  const [what, name] = split(subject)
  if (ended === undefined || what === 'list') return
  writeOutbox(db, {
    ...{ type: 'chain.recovered', at, chain: name },
    data: { after: 'stalled', since: ended.since },
  })
}

function split(subject: string): [what: string, name: string] {
  const at = subject.indexOf(':')
  return [subject.slice(0, at), subject.slice(at + 1)]
}
