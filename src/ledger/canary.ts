import { createHash } from 'node:crypto'
import type { Key } from '../address/key.ts'
import { alertId } from '../screening/alert-id.ts'
import { isInFuture } from '../time/moments.ts'
import { readAlert } from './alerts/alert-queries.ts'
import { writeAlert } from './alerts/write-alert.ts'
import type { Chain } from './blocks/chain.ts'
import { type ScreenedBlock, sameRevisions } from './blocks/commit-step.ts'
import { finalize } from './blocks/finality.ts'
import { type Db, inTransaction, one, run } from './database.ts'
import { writeOutbox } from './events/outbox.ts'
import { activateSnapshot } from './lists/activate-snapshot.ts'
import { activeSnapshot } from './lists/list-snapshots.ts'
import { putList } from './lists/lists.ts'
import { addSnapshot } from './lists/stage-snapshot.ts'
import { type Revisions, readRevisions } from './revisions.ts'

/** The list that holds the test entry. */
const canaryListId = 'canary'

/** Makes the test entry the only one of its list. One that is there already changes nothing. */
export function putCanaryEntry(db: Db, key: Key, address: string, at: string): void {
  const sha256 = createHash('sha256').update(address).digest('hex')
  inTransaction(db, () => {
    if (activeSnapshot(db, canaryListId)?.sha256 === sha256) return
    const list = { id: canaryListId, format: 'canary', category: 'canary', maxAgeSeconds: null } as const
    putList(db, list)
    const says = { assets: [], subject: 'chainscreen canary', subjectIds: [], programs: [] }
    const dates = { listedOn: null, publishedBy: '1970-01-01', removedOn: null }
    const snapshot = addSnapshot(
      db,
      {
        ...{ listId: canaryListId, sha256, format: 'canary', issuedOn: null, bytes: address.length },
        ...{ counts: {}, entries: [{ key, address, ...says, ...dates }], unparsed: [], at },
      },
      null,
    )
    activateSnapshot(db, snapshot, { date: at.slice(0, 10), listedOnIsPublished: false, at })
  })
}

/**
 * Writes the alert of a made-up transfer the way a step writes one, and reads it back.
 *
 * @returns `null`, with nothing written, when the lists or own addresses changed since it was screened.
 * @throws Error when there is not exactly one finding, or the alert is not there afterwards.
 */
export function commitCanary(
  db: Db,
  chain: Chain,
  block: ScreenedBlock,
  step: { revisions: Revisions; at: string },
): string | null {
  return inTransaction(db, () => {
    if (!sameRevisions(readRevisions(db), step.revisions)) return null
    const findings = block.findings.filter(({ entry }) => entry.category === 'canary')
    const [finding, ...more] = findings
    if (finding === undefined || more.length > 0)
      throw new Error(`it matched ${findings.length} entries instead of one`)
    const outcome = writeAlert(db, chain, block, finding, step.revisions.list, step.at)
    finalize(db, chain.id, block.height, step.at)
    const id = alertId(chain.caip2, finding)
    if (outcome !== 'created' || readAlert(db, id).alert.status !== 'final') {
      throw new Error('the table has no new alert')
    }
    noteRun(db, 'passed', step.at)
    return id
  })
}

/** Notes that a made-up transfer did not become an alert. */
export function noteCanaryFailure(db: Db, at: string): void {
  inTransaction(db, () => {
    const { last, passedAt } = readCanary(db)
    noteRun(db, 'failed', at)
    // It fails again and again until somebody mends it: that is one event.
    if (last !== 'failed') writeOutbox(db, { type: 'canary.failed', at, data: { lastPassedAt: passedAt } })
  })
}

/** How the canary's last runs ended. */
export interface CanaryRuns {
  /** When a made-up transfer last became an alert, and when one last did not; ISO-8601. */
  passedAt: string | null
  failedAt: string | null
  /** How the last run ended, whatever the clock said; `null` where none was. */
  last: 'passed' | 'failed' | null
}

export function readCanary(db: Db): CanaryRuns {
  const value = (key: string) =>
    one<{ value: string }>(db, 'select value from meta where key = ?', key)?.value ?? null
  const [passedAt, failedAt] = [value('canary_passed_at'), value('canary_failed_at')]
  const noted = value('canary_last')
  if (noted === 'passed' || noted === 'failed') return { passedAt, failedAt, last: noted }
  // A database of before the order was noted.
  const failed = failedAt !== null && (passedAt === null || failedAt > passedAt)
  return { passedAt, failedAt, last: failed ? 'failed' : passedAt === null ? null : 'passed' }
}

/** What is wrong with the canary; `null` where nothing is, or it never ran. @param at now, ISO-8601. */
export function canaryFailure(
  { passedAt, failedAt, last }: CanaryRuns,
  everyMs: number,
  at: string,
): string | null {
  if (last === 'failed') return `failed at ${failedAt}, last passed ${passedAt ?? 'never'}`
  if (passedAt === null) return null
  if (isInFuture(passedAt, at))
    return `passed at ${passedAt}, which is in the future: the clock was or is wrong`
  return Date.parse(at) - Date.parse(passedAt) > 2 * everyMs ? `last passed at ${passedAt}` : null
}

/** Which of both was last is not left to the clock: it may be set back between them. */
function noteRun(db: Db, outcome: 'passed' | 'failed', at: string): void {
  note(db, `canary_${outcome}_at`, at)
  note(db, 'canary_last', outcome)
}

function note(db: Db, key: string, value: string): void {
  run(
    db,
    'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    ...[key, value],
  )
}
