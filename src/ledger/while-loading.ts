import { realpathSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Db } from './database.ts'
import { takeFileLock } from './file-locks.ts'
import { hasLeftovers, sweepLeftovers } from './sweep-leftovers.ts'

/** How long one waits for another process that loads: the largest list takes less. */
const patienceMs = 60_000
const lookEveryMs = 50

/** Work of this process, by connection: it waits for itself however long that takes. */
const queues = new WeakMap<Db, Promise<unknown>>()

/**
 * Does work that writes something large in pieces (a snapshot, own addresses), while nobody else does, in this process
 * or another. So pieces that are there when it begins are what a crash left: they are swept first.
 *
 * @throws `database-busy` where another process is at it for too long, `aborted` on the signal; and what the work throws.
 */
export function whileLoading<T>(
  db: Db,
  work: () => Promise<T> | T,
  options: { signal?: AbortSignal | undefined; patienceMs?: number } = {},
): Promise<T> {
  const turn = (queues.get(db) ?? Promise.resolve()).then(async () => {
    const release = await waitForLock(db, options)
    try {
      await sweepLeftovers(db)
      return await work()
    } finally {
      release()
    }
  })
  queues.set(
    db,
    turn.catch(() => {}),
  )
  return turn
}

/** Sweeps what a crash left, unless somebody is loading right now. At a start: no load may follow for long. */
export async function sweepAtStart(db: Db): Promise<void> {
  if (!hasLeftovers(db)) return
  await whileLoading(db, () => {}, { patienceMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof ChainscreenError && error.code === 'database-busy')) throw error
  })
}

async function waitForLock(
  db: Db,
  { signal, patienceMs: patience = patienceMs }: { signal?: AbortSignal | undefined; patienceMs?: number },
): Promise<() => void> {
  // Nobody else has a database in memory.
  if (db.memory) return () => {}
  const path = `${realpathSync(db.name)}.loading.lock`
  const until = performance.now() + patience
  for (;;) {
    if (signal?.aborted) throw new ChainscreenError('aborted', 'Stopped before anything was loaded.')
    const release = takeFileLock(path)
    if (release !== null) return release
    if (performance.now() >= until) {
      throw new ChainscreenError(
        'database-busy',
        `Another process is loading a list or own addresses into ${db.name}: nothing was loaded here. Try again when it is done.`,
      )
    }
    await setTimeout(lookEveryMs)
  }
}
