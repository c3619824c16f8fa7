import { ChainscreenError } from '../diagnostics/errors.ts'
import { readChainState, readHalt } from '../ledger/blocks/chain.ts'
import type { StepCounts } from '../ledger/blocks/commit-step.ts'
import { pendingReplays, type Replay, readReplay, replayCounts } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { daemonChains, isDaemonLockFree } from '../ledger/file-locks.ts'
import { pause } from '../lifecycle/loop.ts'

export interface RescanWatch {
  /** Ends the watching, and not the rescan. */
  signal: AbortSignal
  /** Blocks done and in all. */
  onProgress: (done: number, total: number) => void
  /** Hears why the daemon has not begun with it, whenever that changes. */
  onWaiting: (reason: string) => void
  /** Between two looks at the ledger, in milliseconds; default half a second. */
  pollMs?: number
}

/** So many looks in a row that find no daemon: one that is started again at once is the same to who waits. */
const looksWithoutDaemon = 6

/**
 * Watches a rescan that the running daemon does, until it is done.
 *
 * @returns what it found.
 * @throws ChainscreenError `aborted` on the signal; `rescan-left` where the daemon ended, or its node can't serve the blocks;
 * `failure` where the daemon's chain halted, or its config lacks the chain. The rescan stays queued in each case.
 */
export async function watchRescan(db: Db, asked: Replay, watch: RescanWatch): Promise<StepCounts> {
  const { signal, pollMs = 500 } = watch
  let withoutDaemon = 0
  let told: string | null = null
  for (;;) {
    const job = readReplay(db, asked.id)
    watch.onProgress(job.next - job.from, job.to - job.from + 1)
    if (job.state === 'done') return replayCounts(db, job.id)
    refuseStuck(db, job)
    withoutDaemon = isDaemonLockFree(db) ? withoutDaemon + 1 : 0
    if (withoutDaemon >= looksWithoutDaemon)
      throw left(job, 'The daemon ended before the rescan was done', byNextRun(job))
    const waiting = waitingFor(db, job)
    if (waiting !== null && waiting !== told) watch.onWaiting(waiting)
    told = waiting
    await pause(pollMs, signal)
    if (signal.aborted)
      throw new ChainscreenError(
        'aborted',
        `Stopped watching. The daemon goes on with blocks ${job.next} to ${job.to} of ${job.chain}: \`chainscreen coverage ${job.chain}\` shows how far it is, and the same command watches again.`,
      )
  }
}

/** @throws ChainscreenError `failure` if the daemon that runs does not follow a chain: nobody would do the rescan. */
export function refuseUnfollowed(db: Db, chain: string): void {
  const followed = daemonChains(db)
  if (followed === null || followed.includes(chain)) return
  throw new ChainscreenError(
    'failure',
    `The running daemon does not follow ${chain}: its config has ${followed.join(', ') || 'no chain'}. Restart it with a config that has ${chain}, or stop it and repeat the command.`,
  )
}

function refuseStuck(db: Db, job: Replay): void {
  refuseUnfollowed(db, job.chain)
  if (job.failure !== null)
    throw left(job, `The daemon could not read the blocks (${job.failure})`, 'it will retry')
  const halt = readHalt(db, job.chain)
  if (halt !== null)
    throw new ChainscreenError(
      'failure',
      `The daemon's chain ${job.chain} halted (${halt.reason}): blocks ${job.next} to ${job.to} stay queued, and ${byNextRun(job)}.`,
    )
}

function left({ chain, next, to }: Replay, why: string, then: string): ChainscreenError {
  return new ChainscreenError(
    'rescan-left',
    `${why}: blocks ${next} to ${to} of ${chain} stay queued, and ${then}.`,
  )
}

function byNextRun({ chain, from, to }: Replay): string {
  return `the next \`run\` reads them; so does \`chainscreen replay ${chain} --from ${from} --to ${to}\` while no daemon runs`
}

/** Why nothing is done yet; `null` where it is under way. */
function waitingFor(db: Db, job: Replay): string | null {
  if (job.next > job.from) return null
  const first = pendingReplays(db, job.chain)[0]
  if (first !== undefined && first.id !== job.id)
    return `another rescan comes first: blocks ${first.next} to ${first.to}`
  const { cursor, headHeight } = readChainState(db, job.chain)
  const behind = (headHeight ?? 0) - (cursor?.height ?? 0)
  return behind > 0 ? `the follower comes first: it is ${behind} blocks behind the head` : null
}
